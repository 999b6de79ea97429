import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { includes } from "../access/access-rules.ts";
import { describe } from "../frame/describe.ts";
import type { HttpOptions } from "../frame/options.ts";
import type { Role } from "../frame/route-rules.ts";
import type { PageFile } from "./page-files.ts";

const YEAR_SECONDS = 31_536_000;

/**
 * Scripts, styles and data come from this server only; nothing is run that is written into a page,
 * and no text becomes markup.
 */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
].join("; ");

/** Which of the two HTTP ports a page is on, and where Graphite's API is from there. */
export interface PagePlace {
  port: "graphite" | "istat";
  /** Relative to the page: `` or `_/graphite/`. */
  api: string;
}

/**
 * The pages for people at `/`, their files below `/_/ui/`, and `/_/ui/config.json`: where they are
 * and who looks at them.
 */
export function pageRoutes(
  app: FastifyInstance,
  files: ReadonlyMap<string, PageFile>,
  place: PagePlace,
  version: string,
  options: HttpOptions,
): void {
  const config = { role: "read" } as const;
  const page = describe({
    summary: "The pages for people",
    description: "docs/addresses.md says what their addresses mean.",
    chapter: "Server",
    answers: { 200: { description: "HTML", type: "string" } },
  });
  app.get("/", { config, schema: page }, async (request, reply) => {
    const [path = "", query] = request.originalUrl.split("?");
    // What the page refers to is relative to it.
    if (!path.endsWith("/")) {
      return reply.redirect(app.pathTo("/") + (query === undefined ? "" : `?${query}`), 302);
    }
    reply.header("content-security-policy", POLICY).header("referrer-policy", "same-origin");
    const file = files.get("index.html");
    if (file === undefined) {
      const message = "the pages are not built: npm run build makes them, in dist/ui\n";
      return reply.code(503).type("text/plain; charset=utf-8").send(message);
    }
    return sendPageFile(file, request, reply);
  });

  const who = describe({
    summary: "What the pages must know: where the API is, and who asks",
    chapter: "Server",
    answers: { 200: { description: "an object", type: "object" } },
  });
  app.get("/_/ui/config.json", { config, schema: who }, async (request, reply) => {
    const roles: Role[] = ["read", "write", "admin"];
    const { user } = request;
    return reply.header("cache-control", "no-store").send({
      base: place.port === "istat" ? "/" : app.pathTo("/"),
      // The page can also be asked for below the API itself.
      api: request.originalUrl.startsWith(`/${place.api}`) ? "" : place.api,
      port: place.port,
      version,
      user: user?.name ?? null,
      roles: roles.filter((role) =>
        options.access === null ? role !== "admin" : user !== null && includes(user.role, role),
      ),
    });
  });

  const asset = { config, schema: { hide: true } } as const;
  app.get("/_/ui/*", asset, async (request, reply) => {
    const name = (request.params as { "*": string })["*"];
    const file = files.get(`_/ui/${name}`);
    if (file === undefined) {
      throw new GraphiteError("ERR_NOT_FOUND", `the pages have no file ${name.slice(0, 100)}`);
    }
    return sendPageFile(file, request, reply);
  });
}

/** Sends a file in the smallest form that the client takes, or 304 where it has it. */
function sendPageFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const vary = reply.getHeader("vary");
  reply
    .type(file.type)
    .header("vary", vary === undefined ? "Accept-Encoding" : `${vary}, Accept-Encoding`)
    .header("etag", file.tag)
    .header(
      "cache-control",
      file.isSteady ? `private, max-age=${YEAR_SECONDS}, immutable` : "no-cache",
    );
  const known = request.headers["if-none-match"] ?? "";
  if (known.split(",").some((tag) => tag.trim() === file.tag)) return reply.code(304).send();
  const accepted = String(request.headers["accept-encoding"] ?? "");
  for (const encoding of ["br", "gzip"] as const) {
    const bytes = file[encoding];
    if (bytes === null || !takes(accepted, encoding)) continue;
    return reply.header("content-encoding", encoding).send(bytes);
  }
  return reply.send(file.plain);
}

function takes(accepted: string, encoding: string): boolean {
  return accepted.split(",").some((one) => {
    const [name = "", ...parameters] = one.trim().split(";");
    return name.trim() === encoding && !parameters.some((q) => /^\s*q=0(\.0*)?\s*$/.test(q));
  });
}
