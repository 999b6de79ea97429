import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";

const TYPES: Readonly<Record<string, string>> = {
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "application/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  jpg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  svg: "image/svg+xml",
  xml: "text/xml; charset=utf-8",
  ico: "image/x-icon",
};
const DAY_MS = 86_400_000;

/**
 * Sends a file of a folder. Only plain names: nothing in folders below, nothing hidden, no way out.
 * A client that has it already is told so.
 *
 * @param folder null when there is none
 * @throws GraphiteError ERR_NOT_FOUND
 */
export async function sendStaticFile(
  folder: string | null,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const none = new GraphiteError("ERR_NOT_FOUND", `there is no file ${name.slice(0, 100)}`);
  if (folder === null || !/^[\w-][\w.-]{0,254}$/.test(name)) throw none;
  const path = join(folder, name);
  const file = await open(path, "r").catch(() => {
    throw none;
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw none;
    const tag = `"${Math.floor(stat.mtimeMs)}_${stat.size}"`;
    const isSteady =
      Date.now() - stat.mtimeMs > DAY_MS || name.endsWith(".png") || name.endsWith(".min.js");
    reply
      .header("etag", tag)
      .header("last-modified", stat.mtime.toUTCString())
      .header("cache-control", isSteady ? "public, max-age=3600" : "no-cache")
      .type(TYPES[name.split(".").at(-1)!.toLowerCase()] ?? "application/octet-stream");
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    reply.header("content-length", stat.size);
    if (stat.size === 0) return reply.send("");
    return reply.send(createReadStream(path, { end: stat.size - 1 }));
  } finally {
    await file.close();
  }
}
