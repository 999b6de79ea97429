import type { FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";

/**
 * The body of a request as a JSON object, whatever type it says to have. `complaint` is about other
 * JSON.
 *
 * @throws GraphiteError ERR_REQUEST
 */
export function jsonBody(
  request: FastifyRequest,
  complaint = "the body must be a JSON object",
): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(String(request.body ?? ""));
  } catch {
    throw new GraphiteError("ERR_REQUEST", "the body is not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new GraphiteError("ERR_REQUEST", complaint);
  }
  return body as Record<string, unknown>;
}
