import formbody from "@fastify/formbody";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { invalidParameters, MISTAKE_TYPE } from "../render/invalid-parameters.ts";
import type { QueryJob } from "../render/query-job.ts";
import { guardRoutes } from "./access.ts";
import type { HttpDoors } from "./doors.ts";
import { functionsRoutes } from "./functions-routes.ts";
import { infoRoutes } from "./info-routes.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { renderRoutes } from "./render-routes.ts";
import { requestSource } from "./request-source.ts";
import { sendBody } from "./send-body.ts";

const MAX_BODY_BYTES = 1 << 20;
const MAX_URL_BYTES = 65_536;

/** Runs a job for a request and sends what comes of it, with `headers` when it went well. */
export type RunQuery = (
  job: QueryJob,
  request: FastifyRequest,
  reply: FastifyReply,
  headers?: Record<string, string>,
) => Promise<FastifyReply>;

/** Graphite's HTTP API over the given doors; not listening yet. */
export async function buildServer(doors: HttpDoors): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: doors.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    http: { maxHeaderSize: MAX_URL_BYTES },
    // Requests that are being worked on are finished, idle connections are closed.
    forceCloseConnections: "idle",
  });
  guardRoutes(app);
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  // Grafana sends a form's content type with a GET, and bodies of unknown types are no reason to fail.
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume();
    done(null, undefined);
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    void reply
      .code(404)
      .type("text/plain")
      .send(`There is nothing at ${request.url.split("?")[0]}\n`);
  });
  app.addHook("onResponse", async (request, reply) => {
    request.log.debug(
      { method: request.method, url: request.url, status: reply.statusCode, ms: reply.elapsedTime },
      "request",
    );
  });

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
  functionsRoutes(app);
  infoRoutes(app, doors);
  return app;
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof GraphiteError) {
    const isMistake = error.status === 400;
    const context = { source: requestSource(request), call: error.call };
    void reply
      .code(error.status)
      .header("x-statite-error", error.code)
      .type(isMistake ? MISTAKE_TYPE : "text/plain; charset=utf-8")
      .send(isMistake ? invalidParameters(error.message, context) : `${error.message}\n`);
    return;
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 500) request.log.error({ err: error }, "request failed");
  const message = status >= 500 ? "internal error, see the log" : (error as Error).message;
  void reply.code(status).type("text/plain; charset=utf-8").send(`${message}\n`);
}
