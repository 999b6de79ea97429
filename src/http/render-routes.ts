import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { type FormatName, isFormatName } from "../render/formats/index.ts";
import type { QueryJob } from "../render/query-job.ts";
import { cacheHeaders } from "./cache-headers.ts";
import { Params } from "./params.ts";
import { requestSource } from "./request-source.ts";
import type { RunQuery } from "./server.ts";

/** /render, by GET and POST. */
export function renderRoutes(app: FastifyInstance, run: RunQuery): void {
  app.route({
    method: ["GET", "POST", "OPTIONS"],
    url: "/render",
    handler: async (request, reply) => {
      const params = new Params(request);
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
    jsonp: params.one("jsonp"),
    source: requestSource(request),
  };
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
