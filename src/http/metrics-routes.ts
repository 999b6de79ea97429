import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { FIND_FORMATS, isFindFormatName } from "../render/find-formats/index.ts";
import type { NamesJob } from "../render/query-job.ts";
import { peerJob, protocolOf } from "./carbonserver/peer-job.ts";
import { COMMON, describe, flag, integer, oneOf, text, texts } from "./frame/describe.ts";
import { Params } from "./params.ts";
import type { RunQuery } from "./run-queries.ts";

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Names come and go: none of these answers is to be kept. */
const NOT_KEPT = { pragma: "no-cache", "cache-control": "no-cache" };

const { from, until, jsonp, pretty, local } = COMMON;
const FIND_QUERY = {
  query: text("a path, with globs"),
  format: oneOf(Object.keys(FIND_FORMATS), "treejson by default"),
  wildcards: flag("an entry that stands for all, where there are several"),
  leavesOnly: flag("only series"),
  automatic_variants: flag("completer: a,b in a node stands for {a,b}"),
  position: integer("nodelist: which node of the paths, -1 (the last) by default"),
  from,
  until,
  jsonp,
  pretty,
  local,
};
const FIND = describe({
  summary: "Names that match a pattern, a level at a time",
  description:
    "A name that is leaf and branch is one entry of treejson and two of all others. Names are not left out by time.",
  chapter: "Metrics",
  query: FIND_QUERY,
  answers: { 200: { description: "entries, branches first", type: "array" } },
});
const METRICS = describe({
  summary: "Numbers of the server as Prometheus text; with a query the same as /metrics/find",
  chapter: "Server",
  query: FIND_QUERY,
  answers: { 200: { description: "Prometheus text, or entries" } },
});
const EXPAND = describe({
  summary: "Full names that match patterns",
  chapter: "Metrics",
  query: {
    query: texts("paths, with globs"),
    groupByExpr: flag("by pattern"),
    leavesOnly: flag("only series"),
    jsonp,
    pretty,
    local,
  },
  answers: { 200: { description: '{"results": […]}', type: "object" } },
});
const INDEX = describe({
  summary: "The names of all series",
  chapter: "Metrics",
  query: { jsonp, pretty, local },
  answers: { 200: { description: "names in order", type: "array" } },
});
const GET_METADATA = describe({
  summary: "How series are kept",
  chapter: "Metrics",
  query: {
    metric: texts("names of series"),
    key: oneOf(["aggregationMethod", "xFilesFactor", "retentions"], "all of them by default"),
    jsonp,
    pretty,
  },
  answers: { 200: { description: '{"value": …} by name', type: "object" } },
});
const SET_METADATA = describe({
  summary: "Refused: how series are kept is set by files, for all that a pattern matches",
  chapter: "Metrics",
});

/**
 * What can be asked about names: /metrics/find, /metrics/expand, /metrics/index.json and metadata.
 * /metrics without a query is Prometheus text about us.
 */
export function metricsRoutes(
  app: FastifyInstance,
  run: RunQuery,
  selfMetrics: () => string,
): void {
  const answer =
    (jobOf: (params: Params) => NamesJob): Handler =>
    async (request, reply) =>
      run(jobOf(new Params(request)), request, reply, NOT_KEPT);
  const route = (url: string, schema: FastifySchema, handler: Handler): void => {
    const config = { role: "read", mistakes: "page" } as const;
    app.route({ method: ["GET", "POST"], url, config, schema, handler });
  };
  const find: Handler = async (request, reply) => {
    const params = new Params(request);
    const protocol = protocolOf(request, params);
    const job =
      protocol === null ? findJob(params) : await peerJob("find", protocol, request, params);
    return run(job, request, reply, NOT_KEPT);
  };
  route("/metrics/find", FIND, find);
  route("/metrics", METRICS, async (request, reply) => {
    if (request.method === "POST" || new Params(request).has("query")) return find(request, reply);
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(selfMetrics());
  });
  route("/metrics/expand", EXPAND, answer(expandJob));
  route("/metrics/index.json", INDEX, answer(indexJob));
  route("/metrics/get-metadata", GET_METADATA, answer(metadataJob));
  app.route({
    method: ["GET", "POST"],
    url: "/metrics/set-metadata",
    config: { role: "write" },
    schema: SET_METADATA,
    handler: async () => {
      throw new GraphiteError(
        "ERR_PARAMETER",
        "how a series is kept is set by --schemas and --aggregation, for all series that a pattern matches, and holds for what is stored already",
      );
    },
  });
}

function findJob(params: Params): NamesJob {
  const query = params.one("query");
  if (query === undefined) {
    throw new GraphiteError("ERR_PARAMETER", "Missing required parameter 'query'");
  }
  const format = params.one("format") ?? "treejson";
  if (!isFindFormatName(format)) {
    const known = Object.keys(FIND_FORMATS).join(", ");
    const message = `Invalid value for 'format' parameter: one of ${known}`;
    throw new GraphiteError("ERR_PARAMETER", message);
  }
  checkLocal(params);
  return {
    kind: "find",
    query,
    from: params.one("from"),
    until: params.one("until"),
    now: params.one("now"),
    tz: params.one("tz"),
    format,
    wildcards: params.flag("wildcards"),
    leavesOnly: params.flag("leavesOnly"),
    automaticVariants: params.flag("automatic_variants"),
    position: params.integer("position") ?? -1,
    ...shapeOf(params),
  };
}

function expandJob(params: Params): NamesJob {
  checkLocal(params);
  return {
    kind: "expand",
    queries: params.all("query"),
    groupByExpr: params.flag("groupByExpr"),
    leavesOnly: params.flag("leavesOnly"),
    ...shapeOf(params),
  };
}

function indexJob(params: Params): NamesJob {
  checkLocal(params);
  return { kind: "index", ...shapeOf(params) };
}

function metadataJob(params: Params): NamesJob {
  return {
    kind: "metadata",
    metrics: params.all("metric"),
    key: params.one("key"),
    ...shapeOf(params),
  };
}

/** There is no cluster to ask beyond; a value that is no number is a mistake all the same. */
function checkLocal(params: Params): void {
  params.flag("local");
}

/** How the JSON of an answer looks. */
export function shapeOf(params: Params): { jsonp: string | undefined; isPretty: boolean } {
  return { jsonp: params.jsonp(), isPretty: (params.one("pretty") ?? "") !== "" };
}
