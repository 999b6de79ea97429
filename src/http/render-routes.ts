import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { QueryJob } from "../render/query-job.ts";
import { Params } from "./params.ts";
import type { RunQuery } from "./server.ts";

/** /render, by GET and POST. */
export function renderRoutes(app: FastifyInstance, run: RunQuery): void {
  app.route({
    method: ["GET", "POST", "OPTIONS"],
    url: "/render",
    handler: async (request, reply) => run(renderJob(request), request, reply),
  });
}

function renderJob(request: FastifyRequest): QueryJob {
  const params = new Params(request);
  const format = params.one("format");
  if (format !== "json") {
    const what = format === undefined || format === "" ? "without format=json" : `format ${format}`;
    throw new GraphiteError(
      "ERR_PICTURE",
      `${what}: pictures and other formats are not available in this version, use format=json`,
    );
  }
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
    // Anything but digits is ignored, and so is 0.
    maxDataPoints: /^\d+$/.test(maxDataPoints ?? "")
      ? Number(maxDataPoints) || undefined
      : undefined,
    noNullPoints: params.has("noNullPoints"),
    xFilesFactor: params.number("xFilesFactor"),
    variables: params.keyed("template"),
    jsonp: params.one("jsonp"),
  };
}
