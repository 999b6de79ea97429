import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Smaller answers are not worth compressing. */
const MIN_GZIP_BYTES = 200;
/** A frontend of a cluster always says that it takes gzip, and waits for it longer than for the bytes. */
const PLAIN_TYPES = ["application/x-protobuf", "application/x-carbonapi-v3-pb"];

const gzip = promisify(gzipCallback);

/** Sends a body, compressed where that was asked for and is worth it. */
export async function sendBody(
  body: Uint8Array,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const accepted = String(request.headers["accept-encoding"] ?? "");
  const vary = reply.getHeader("vary");
  reply.header("vary", vary === undefined ? "Accept-Encoding" : `${vary}, Accept-Encoding`);
  const isPlain = PLAIN_TYPES.includes(String(reply.getHeader("content-type")));
  if (
    isPlain ||
    body.length < MIN_GZIP_BYTES ||
    !/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted)
  ) {
    return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  }
  // Fast rather than small: panels are read on the network they are made for.
  return reply.header("content-encoding", "gzip").send(await gzip(body, { level: 1 }));
}
