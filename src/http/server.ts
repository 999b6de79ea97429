import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { QueryJob } from "../render/query-job.ts";
import { browserRoutes } from "./browser-routes.ts";
import { carbonserverRoutes } from "./carbonserver/routes.ts";
import { documentRoutes } from "./documents/document-routes.ts";
import type { HttpDoors } from "./doors.ts";
import { DEFAULT_OPTIONS, type HttpOptions } from "./frame/options.ts";
import { checkRoutes } from "./frame/route-rules.ts";
import { serverFrame } from "./frame/server-frame.ts";
import { frontRoutes } from "./front-routes.ts";
import { functionsRoutes } from "./functions-routes.ts";
import { infoRoutes } from "./info-routes.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { openApi } from "./open-api.ts";
import { renderRoutes } from "./render-routes.ts";
import { sendBody } from "./send-body.ts";
import { tagsRoutes } from "./tags-routes.ts";

/** Runs a job for a request and sends what comes of it, with `headers` when it went well. */
export type RunQuery = (
  job: QueryJob,
  request: FastifyRequest,
  reply: FastifyReply,
  headers?: Record<string, string>,
) => Promise<FastifyReply>;

/** Graphite's HTTP API over the given doors; not listening yet. */
export async function buildServer(
  doors: HttpDoors,
  options: Partial<HttpOptions> = {},
): Promise<FastifyInstance> {
  const app = await serverFrame(doors.log, { ...DEFAULT_OPTIONS, ...options });
  const answerOtherMethods = checkRoutes(app);
  await openApi(app, doors.health().version);
  const run: RunQuery = async (job, request, reply, headers = {}) => {
    const abort = new AbortController();
    // A client that leaves takes its work with it.
    const onClose = (): void => {
      if (!reply.raw.writableFinished) abort.abort();
    };
    reply.raw.on("close", onClose);
    try {
      const answer = await doors.queries.run(job, abort.signal);
      for (const problem of answer.problems) request.log.info({ problem }, "target");
      reply.code(answer.status).type(answer.contentType).headers(answer.headers);
      if (answer.status === 200) reply.headers(headers);
      return await sendBody(answer.body, request, reply);
    } catch (error) {
      if (abort.signal.aborted) return reply.hijack();
      throw error;
    } finally {
      reply.raw.off("close", onClose);
    }
  };
  renderRoutes(app, run);
  metricsRoutes(app, run, doors.selfMetrics);
  carbonserverRoutes(app, run, doors);
  tagsRoutes(app, run);
  functionsRoutes(app);
  browserRoutes(app, run);
  await documentRoutes(app, doors);
  frontRoutes(app, doors);
  infoRoutes(app, doors);
  answerOtherMethods();
  return app;
}
