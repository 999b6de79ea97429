import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { HttpOptions } from "./options.ts";

const ID_HEADER = "x-request-id";

/** carbonapi's id of a request, in those that it sends to its backends for it. */
const CARBONAPI_ID_HEADER = "x-ctx-carbonapi-uuid";

/** The id that the client or a proxy has given the request, or a new one. */
export function requestId(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers[ID_HEADER] ?? request.headers[CARBONAPI_ID_HEADER];
  return typeof given === "string" && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

/** Names each request in its answer and in the log. */
export function logRequests(app: FastifyInstance, level: HttpOptions["accessLog"]): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header(ID_HEADER, request.id);
  });
  if (level === "off") return;
  app.addHook("onResponse", async (request, reply) => {
    const { method, originalUrl: url, ip, user } = request;
    request.log[level](
      {
        method,
        url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 1000) / 1000,
        address: ip,
        ...(user === null ? {} : { user: user.name }),
      },
      "request",
    );
  });
}
