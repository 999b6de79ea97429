import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { QueryJob } from "../render/query-job.ts";
import { COMMON, describe, flag, oneOf, text, texts } from "./frame/describe.ts";
import { Params } from "./params.ts";
import type { RunQuery } from "./server.ts";

const FORMATS = ["treejson", "json", "completer"] as const;

const FIND_QUERY = {
  query: text("a path, with globs"),
  format: oneOf(FORMATS, "treejson by default"),
  wildcards: flag("an entry that stands for all, first"),
  leavesOnly: flag("only series"),
  from: COMMON.from,
  until: COMMON.until,
  jsonp: COMMON.jsonp,
  local: COMMON.local,
};
const FIND = describe({
  summary: "Names that match a pattern, a level at a time",
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
    jsonp: COMMON.jsonp,
    local: COMMON.local,
  },
  answers: { 200: { description: '{"results": […]}', type: "object" } },
});

/** /metrics/find and /metrics/expand; /metrics without a query is Prometheus text about us. */
export function metricsRoutes(
  app: FastifyInstance,
  run: RunQuery,
  selfMetrics: () => string,
): void {
  const findHandler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    run(findJob(new Params(request)), request, reply);
  const config = { role: "read", mistakes: "page" } as const;
  app.route({
    method: ["GET", "POST"],
    url: "/metrics/find",
    config,
    schema: FIND,
    handler: findHandler,
  });
  app.route({
    method: ["GET", "POST"],
    url: "/metrics",
    config,
    schema: METRICS,
    handler: async (request, reply) => {
      if (request.method === "POST" || new Params(request).has("query")) {
        return findHandler(request, reply);
      }
      return reply.type("text/plain; version=0.0.4; charset=utf-8").send(selfMetrics());
    },
  });
  app.route({
    method: ["GET", "POST"],
    url: "/metrics/expand",
    config,
    schema: EXPAND,
    handler: async (request, reply) => {
      const params = new Params(request);
      const job: QueryJob = {
        kind: "expand",
        queries: params.all("query"),
        groupByExpr: params.flag("groupByExpr"),
        leavesOnly: params.flag("leavesOnly"),
        jsonp: params.jsonp(),
      };
      return run(job, request, reply);
    },
  });
}

function findJob(params: Params): QueryJob {
  const query = params.one("query");
  if (query === undefined || query === "") {
    throw new GraphiteError("ERR_PARAMETER", "Missing required parameter 'query'");
  }
  const format = params.one("format") ?? "treejson";
  const known = FORMATS.find((one) => one === format);
  if (known === undefined) {
    throw new GraphiteError(
      "ERR_PARAMETER",
      `Invalid value for 'format' parameter: one of ${FORMATS.join(", ")}`,
    );
  }
  return {
    kind: "find",
    query,
    from: params.one("from"),
    until: params.one("until"),
    format: known,
    wildcards: params.flag("wildcards"),
    leavesOnly: params.flag("leavesOnly"),
    jsonp: params.jsonp(),
  };
}
