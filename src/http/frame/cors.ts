import type { FastifyInstance, FastifyReply } from "fastify";
import type { HttpOptions } from "./options.ts";

const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of the configured origins read the answers, and lets them ask beforehand whether they
 * may (`OPTIONS` with `Access-Control-Request-Method`). Without any configured there is nothing.
 */
export function allowOrigins(app: FastifyInstance, { corsOrigins }: HttpOptions): void {
  if (corsOrigins.length === 0) return;
  app.addHook("onRequest", async (request, reply) => {
    const { origin } = request.headers;
    reply.header("vary", "Origin");
    const isNamed = origin !== undefined && corsOrigins.includes(origin);
    if (!isNamed && !corsOrigins.includes("*")) return;
    reply.header("access-control-allow-origin", isNamed ? origin : "*");
    // Only to origins that are named may a browser show its user's password.
    if (isNamed) reply.header("access-control-allow-credentials", "true");
    reply.header(
      "access-control-expose-headers",
      "etag, x-statite-error, x-statite-errors, x-request-id",
    );
    const isQuestion = request.headers["access-control-request-method"] !== undefined;
    if (request.method === "OPTIONS" && isQuestion) return answer(reply);
  });
}

function answer(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header("access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE, PATCH")
    .header(
      "access-control-allow-headers",
      "authorization, content-type, if-match, if-none-match, x-request-id",
    )
    .header("access-control-max-age", String(MAX_AGE_SECONDS))
    .send();
}
