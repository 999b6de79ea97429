import type { IncomingMessage, RequestListener } from "node:http";
import formbody from "@fastify/formbody";
import type { FastifyBaseLogger } from "fastify";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { tellLocalControl } from "../control-socket.ts";
import { allowOrigins } from "./cors.ts";
import { guardRoutes } from "./guard.ts";
import { answerClientError, Listener } from "./listener.ts";
import { multipartForm } from "./multipart-form.ts";
import type { Certificate, HttpOptions } from "./options.ts";
import { decoratePaths, withoutPrefix } from "./prefix.ts";
import { logRequests, requestId } from "./request-log.ts";
import { sendError, sendErrorBody } from "./send-error.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** New connections get another certificate. */
    setCertificate(certificate: Certificate): void;
  }
}

const MAX_BODY_BYTES = 1 << 20;
/** Bodies that a route reads by itself. */
const MESSAGE_TYPES = [
  "application/x-carbonapi-v3-pb",
  "application/x-protobuf",
  "application/octet-stream",
];

/**
 * A server without routes: limits, errors, ids, and who may do what. `routeOf` says which route a
 * request is for, where that is not its path below the prefix. Requests for which `elsewhere` names
 * somebody never come here; it is asked for those from a network only, not for injected ones.
 */
export async function serverFrame(
  log: FastifyBaseLogger,
  options: HttpOptions,
  routeOf = options.prefix === "" ? undefined : withoutPrefix(options.prefix),
  elsewhere: (request: IncomingMessage) => RequestListener | null = () => null,
): Promise<FastifyInstance> {
  const { trustedProxies, prefix } = options;
  const listener = new Listener(options.certificate);
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    serverFactory: (handle) =>
      listener.create((request, response) => (elsewhere(request) ?? handle)(request, response)),
    clientErrorHandler: answerClientError,
    ...(trustedProxies.length > 0 ? { trustProxy: [...trustedProxies] } : {}),
    ...(routeOf === undefined ? {} : { rewriteUrl: routeOf }),
    requestIdHeader: false,
    genReqId: requestId,
    frameworkErrors: (error, request, reply) => {
      protect(reply);
      sendError(error, request, reply as unknown as FastifyReply);
    },
    // Requests that are being worked on are finished, idle connections are closed.
    forceCloseConnections: "idle",
  });
  // Schemas describe the routes and check nothing, neither what comes nor what goes.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  app.addContentTypeParser(MESSAGE_TYPES, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser(
    "multipart/form-data",
    { parseAs: "buffer" },
    (request: FastifyRequest, body: Buffer) =>
      multipartForm(String(request.headers["content-type"]), body),
  );
  // Grafana sends a form's content type with a GET, and bodies of unknown types are no reason to fail.
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume();
    done(null, undefined);
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.originalUrl.split("?")[0]!.slice(0, 200);
    void sendErrorBody(reply, 404, "ERR_NOT_FOUND", `there is nothing at ${path}`);
  });
  app.decorate("setCertificate", (certificate: Certificate) =>
    listener.setCertificate(certificate),
  );
  decoratePaths(app, prefix);
  tellLocalControl(app);
  app.addHook("onRequest", async (_request, reply) => {
    protect(reply);
  });
  logRequests(app, options.accessLog);
  allowOrigins(app, options);
  guardRoutes(app, options);
  return app;
}

/** No browser may take an answer for something else than it says it is. */
function protect(reply: { header(name: string, value: string): unknown }): void {
  reply.header("x-content-type-options", "nosniff");
}
