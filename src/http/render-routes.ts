import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { PROTOBUF_FORMATS } from "../render/carbonserver/protocol.ts";
import { FORMATS, type FormatName, isFormatName } from "../render/formats/index.ts";
import type { QueryJob } from "../render/query-job.ts";
import { cacheHeaders } from "./cache-headers.ts";
import { peerJob, protocolOf } from "./carbonserver/peer-job.ts";
import { COMMON, describe, flag, integer, oneOf, text, texts } from "./frame/describe.ts";
import { Params } from "./params.ts";
import { requestSource } from "./request-source.ts";
import type { RunQuery } from "./run-queries.ts";

/** What graphite-web reads the answers of its peers in. */
const PEER_FORMATS: readonly FormatName[] = ["pickle", "msgpack"];

const RENDER = describe({
  summary: "Datapoints of targets",
  description: "docs/functions.md lists the functions of targets.",
  chapter: "Render",
  query: {
    target: texts("series, with globs and functions"),
    from: COMMON.from,
    until: COMMON.until,
    now: text("the time that relative times count from"),
    tz: text("time zone, such as Europe/Berlin"),
    format: oneOf([...Object.keys(FORMATS), ...PROTOBUF_FORMATS], "what the answer is written as"),
    maxDataPoints: integer("consolidate to so many; JSON only"),
    noNullPoints: flag("leave gaps out; JSON only"),
    xFilesFactor: { type: "number", description: "share of known slots that a bucket needs" },
    jsonp: COMMON.jsonp,
    pretty: COMMON.pretty,
    noCache: flag("the answer must not be shown again"),
    cacheTimeout: integer("seconds for which the answer may be shown again"),
    local: COMMON.local,
  },
  answers: { 200: { description: "a list of series, in the format that was asked for" } },
});

/** /render, by GET and POST. */
export function renderRoutes(app: FastifyInstance, run: RunQuery): void {
  app.route({
    method: ["GET", "POST", "OPTIONS"],
    url: "/render",
    config: { role: "read", mistakes: "page" },
    schema: RENDER,
    handler: async (request, reply) => {
      const params = new Params(request);
      const protocol = protocolOf(request, params);
      if (protocol !== null) {
        return run(await peerJob("render", protocol, request, params), request, reply);
      }
      const headers = cacheHeaders(params, Date.now());
      return run(renderJob(params, request), request, reply, headers);
    },
  });
}

function renderJob(params: Params, request: FastifyRequest): QueryJob {
  const format = formatOf(params);
  const graphType = params.one("graphType");
  if (graphType !== undefined && graphType !== "line" && graphType !== "pie") {
    throw new GraphiteError("ERR_PARAMETER", `graphType must be line or pie, not ${graphType}`);
  }
  const targets = params.all("target");
  const maxDataPoints = params.one("maxDataPoints");
  return {
    kind: "render",
    targets: targets.length > 0 ? targets : params.all("target[]"),
    // What frontends of a cluster send, and nobody else.
    isPeer: PEER_FORMATS.includes(format) && params.one("local") === "1",
    from: params.one("from"),
    until: params.one("until"),
    now: params.one("now"),
    tz: params.one("tz"),
    format,
    isPretty: (params.one("pretty") ?? "") !== "",
    // Anything but digits is ignored, and so is 0.
    maxDataPoints: /^\d+$/.test(maxDataPoints ?? "")
      ? Number(maxDataPoints) || undefined
      : undefined,
    noNullPoints: params.has("noNullPoints"),
    xFilesFactor: params.number("xFilesFactor"),
    variables: params.keyed("template"),
    jsonp: params.jsonp(),
    ...maxAge(params),
    source: requestSource(request),
  };
}

/** `noCache` wants a fresh answer, `cacheTimeout` one that is not older. */
function maxAge(params: Params): { maxAgeSeconds?: number } {
  if (params.has("noCache")) return { maxAgeSeconds: 0 };
  const timeout = params.one("cacheTimeout")?.trim() ?? "";
  return timeout === "" ? {} : { maxAgeSeconds: Math.max(0, Number(timeout)) };
}

/** `rawData` and `pickle` are how formats were chosen before there was `format`. */
function formatOf(params: Params): FormatName {
  const format = params.one("format");
  if (format === undefined) {
    if (params.has("rawData")) return "raw";
    if (params.has("pickle")) return "pickle";
  } else if (isFormatName(format)) {
    return format;
  }
  const what = format === undefined || format === "" ? "without a format" : `format ${format}`;
  throw new GraphiteError(
    "ERR_PICTURE",
    `${what}: pictures are not available in this version, use format=json`,
  );
}
