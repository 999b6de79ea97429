import type { FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";

/** Thousands of long names. */
const MAX_BYTES = 16 << 20;

/**
 * The body of a request as it was sent, also of a GET, where nobody else reads it; undefined when
 * there is none.
 *
 * @throws GraphiteError ERR_BODY_SIZE
 */
export async function rawBody(request: FastifyRequest): Promise<Uint8Array | undefined> {
  if (Buffer.isBuffer(request.body)) return request.body;
  if (request.method !== "GET") return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.raw) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > MAX_BYTES) {
      throw new GraphiteError("ERR_BODY_SIZE", `the body is larger than ${MAX_BYTES >> 20} MiB`);
    }
    chunks.push(part);
  }
  return bytes === 0 ? undefined : Buffer.concat(chunks);
}
