import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { QueryJob } from "../render/query-job.ts";
import { Params } from "./params.ts";
import type { RunQuery } from "./server.ts";

const FORMATS = ["treejson", "json", "completer"] as const;

/** /metrics/find and /metrics/expand; /metrics without a query is Prometheus text about us. */
export function metricsRoutes(
  app: FastifyInstance,
  run: RunQuery,
  selfMetrics: () => string,
): void {
  const findHandler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    run(findJob(new Params(request)), request, reply);
  app.route({ method: ["GET", "POST"], url: "/metrics/find", handler: findHandler });
  app.route({
    method: ["GET", "POST"],
    url: "/metrics",
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
    handler: async (request, reply) => {
      const params = new Params(request);
      const job: QueryJob = {
        kind: "expand",
        queries: params.all("query"),
        groupByExpr: params.flag("groupByExpr"),
        leavesOnly: params.flag("leavesOnly"),
        jsonp: params.one("jsonp"),
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
    jsonp: params.one("jsonp"),
  };
}
