import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import formbody from "@fastify/formbody";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { QueryJob } from "../render/query-job.ts";
import type { HttpDoors } from "./doors.ts";
import { infoRoutes } from "./info-routes.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { renderRoutes } from "./render-routes.ts";

const MAX_BODY_BYTES = 1 << 20;
const MAX_URL_BYTES = 65_536;
/** Smaller answers are not worth compressing. */
const MIN_GZIP_BYTES = 200;

const gzip = promisify(gzipCallback);

/** Runs a job for a request and sends what comes of it. */
export type RunQuery = (
  job: QueryJob,
  request: FastifyRequest,
  reply: FastifyReply,
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

  const run: RunQuery = async (job, request, reply) => {
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
  infoRoutes(app, doors);
  return app;
}

async function sendBody(
  body: Uint8Array,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const accepted = String(request.headers["accept-encoding"] ?? "");
  reply.header("vary", "Accept-Encoding");
  if (body.length < MIN_GZIP_BYTES || !/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted)) {
    return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  }
  // Fast rather than small: panels are read on the network they are made for.
  return reply.header("content-encoding", "gzip").send(await gzip(body, { level: 1 }));
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof GraphiteError) {
    const text = error.status === 400 ? `Invalid parameters (${error.message})` : error.message;
    void reply
      .code(error.status)
      .header("x-statite-error", error.code)
      .type("text/plain; charset=utf-8");
    void reply.send(`${text}\n`);
    return;
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 500) request.log.error({ err: error }, "request failed");
  const message = status >= 500 ? "internal error, see the log" : (error as Error).message;
  void reply.code(status).type("text/plain; charset=utf-8").send(`${message}\n`);
}
