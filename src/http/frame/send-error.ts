import type { FastifyReply, FastifyRequest } from "fastify";
import { ERRORS, type ErrorCode, GraphiteError } from "../../model/errors.ts";
import { invalidParameters, MISTAKE_TYPE } from "../../render/invalid-parameters.ts";
import { requestSource } from "../request-source.ts";

/** The body of an error. Graphite's clients read `error`, Grafana shows `message`. */
export interface ErrorBody {
  error: string;
  code: ErrorCode;
  message: string;
}

export function errorBody(code: ErrorCode, message: string): ErrorBody {
  return { error: message, code, message };
}

/** Sends an error as JSON: one sentence that says what to change, and its code. */
export function sendErrorBody(
  reply: FastifyReply,
  status: number,
  code: ErrorCode,
  message: string,
): FastifyReply {
  return reply
    .code(status)
    .header("x-statite-error", code)
    .type("application/json")
    .send(JSON.stringify(errorBody(code, message)));
}

/** Answers whatever a route has thrown; of a fault of ours nothing is told but that it happened. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof GraphiteError) {
    if (error.status === 400 && request.routeOptions.config.mistakes === "page") {
      const context = { source: requestSource(request), call: error.call };
      reply.code(400).header("x-statite-error", error.code).type(MISTAKE_TYPE);
      void reply.send(invalidParameters(error.message, context));
      return;
    }
    void sendErrorBody(reply, error.status, error.code, error.message);
    return;
  }
  const { statusCode = 500, code = "" } = error as { statusCode?: number; code?: string };
  const known = KNOWN[code];
  if (known !== undefined) {
    void sendErrorBody(reply, ERRORS[known[0]], ...known);
  } else if (statusCode >= 400 && statusCode < 500) {
    void sendErrorBody(reply, ERRORS.ERR_REQUEST, "ERR_REQUEST", "the request cannot be read");
  } else {
    request.log.error({ err: error }, "request failed");
    void sendErrorBody(reply, 500, "ERR_INTERNAL", "internal error, see the log");
  }
}

/** What Fastify refuses by itself, in words of ours: its own name our files and say nothing new. */
const KNOWN: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["ERR_BODY_SIZE", "the body is larger than 1 MiB"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["ERR_REQUEST", "the Content-Type is no media type"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "ERR_REQUEST",
    "the body is not as long as Content-Length says",
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ["ERR_REQUEST", "the body is not JSON"],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["ERR_REQUEST", "the body is empty and should be JSON"],
  FST_ERR_BAD_URL: ["ERR_REQUEST", "the path cannot be read: a % must be followed by two digits"],
  FST_ERR_MAX_PARAM_LENGTH: ["ERR_URL_SIZE", "a part of the path is too long"],
};
