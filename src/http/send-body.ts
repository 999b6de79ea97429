import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Smaller answers are not worth compressing. */
const MIN_GZIP_BYTES = 200;
/** A frontend of a cluster always says that it takes gzip, and waits for it longer than for the bytes. */
const PLAIN_TYPES = ["application/x-protobuf", "application/x-carbonapi-v3-pb"];
/** Larger ones are not worth an entity tag: who asks for them again has something new each time. */
const MAX_TAGGED_BYTES = 4 << 20;

const gzip = promisify(gzipCallback);

/** Compressed forms and tags of bodies that are sent more than once, as long as those are kept. */
const compressed = new WeakMap<Uint8Array, Promise<Buffer>>();
const tags = new WeakMap<Uint8Array, string>();

/**
 * Sends a body, compressed where that was asked for and is worth it, or 304 without one where the
 * client has it already. `isKept` says that the same bytes will be sent again.
 */
export async function sendBody(
  body: Uint8Array,
  request: FastifyRequest,
  reply: FastifyReply,
  { isKept = false } = {},
): Promise<FastifyReply> {
  const vary = reply.getHeader("vary");
  reply.header("vary", vary === undefined ? "Accept-Encoding" : `${vary}, Accept-Encoding`);
  const isGet = request.method === "GET" || request.method === "HEAD";
  if (isGet && reply.statusCode === 200 && body.length <= MAX_TAGGED_BYTES) {
    const tag = tags.get(body) ?? tagOf(body);
    if (isKept) tags.set(body, tag);
    reply.header("etag", tag);
    if (isKnown(tag, request.headers["if-none-match"])) return reply.code(304).send();
  }
  const accepted = String(request.headers["accept-encoding"] ?? "");
  const isPlain = PLAIN_TYPES.includes(String(reply.getHeader("content-type")));
  if (
    isPlain ||
    body.length < MIN_GZIP_BYTES ||
    !/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted)
  ) {
    return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  }
  // Fast rather than small: panels are read on the network they are made for.
  const small = compressed.get(body) ?? gzip(body, { level: 1 });
  if (isKept) compressed.set(body, small);
  return reply.header("content-encoding", "gzip").send(await small);
}

/** Weak, because it is the same for a body and its compressed form. */
function tagOf(body: Uint8Array): string {
  return `W/"${createHash("sha1").update(body).digest("base64url")}"`;
}

function isKnown(tag: string, known: string | undefined): boolean {
  if (known === undefined) return false;
  const opaque = tag.slice(2);
  return known.split(",").some((one) => {
    const text = one.trim();
    return text === "*" || text.replace(/^W\//, "") === opaque;
  });
}
