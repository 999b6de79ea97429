import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { IstatAgent } from "../../model/istat-agent.ts";
import type { HttpDoors } from "../doors.ts";
import { DEFAULT_OPTIONS, type HttpOptions } from "../frame/options.ts";
import { checkRoutes } from "../frame/route-rules.ts";
import { serverFrame } from "../frame/server-frame.ts";
import { Params } from "../params.ts";
import { runQueries } from "../run-queries.ts";
import { sendBody } from "../send-body.ts";
import { agentsJson } from "./agents-json.ts";
import { namesOfPath } from "./counter-names.ts";
import { mountGraphite } from "./graphite-mount.ts";
import { jsonBody } from "./json-body.ts";
import { rangeOfBody, rangeOfUrl } from "./range.ts";
import { istatRouteOf, splitUrl } from "./route-of.ts";
import { type SettingsDoor, settingsRoutes } from "./settings-routes.ts";
import { sendStaticFile } from "./static-file.ts";

/** Counters of a multi-get. */
const MAX_KEYS = 10_000;

/** What istatd's HTTP API needs from the rest of the server. */
export interface IstatDoors extends Pick<HttpDoors, "queries" | "log"> {
  /** Who sends istat lines, and who did lately. */
  agents(): Promise<readonly IstatAgent[]>;
  /** @throws GraphiteError ERR_NOT_READY until the store is recovered */
  settings(): SettingsDoor;
  /** The present in whole seconds. */
  now(): number;
  /** Where static files come from; null for nowhere. */
  filesDir: string | null;
}

/**
 * istatd's HTTP API over the given doors; not listening yet. Every path is the name of a counter,
 * but for `/`, `/files/` and `/_/`; see docs/formats/istat-http.md. The pages and what is below `/_/`
 * are answered by `graphite`, which is ready.
 */
export async function buildIstatServer(
  doors: IstatDoors,
  options: Partial<HttpOptions> = {},
  graphite?: FastifyInstance,
): Promise<FastifyInstance> {
  const all = { ...DEFAULT_OPTIONS, ...options, prefix: "" };
  const elsewhere = graphite && mountGraphite(graphite, hasIndexFile(doors.filesDir));
  const app = await serverFrame(doors.log, all, istatRouteOf, elsewhere);
  // Before the connections are waited for: streams of the pages end with it.
  if (graphite !== undefined) app.addHook("preClose", () => graphite.close());
  const answerOtherMethods = checkRoutes(app);
  // Clients send JSON under any type or none.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  const run = runQueries(doors.queries, all.costs);

  const counter = {
    config: { role: "read" },
    schema: { summary: "A counter over a range" },
  } as const;
  app.get("/counter", counter, async (request, reply) => {
    const params = new Params(request);
    const names = namesOfPath(splitUrl(request.originalUrl).path);
    const range = rangeOfUrl(params, doors.now());
    const format = params.one("format") ?? "json";
    if (format !== "json" && format !== "csv") {
      const message = "unrecognized format. must be 'json' or 'csv'.";
      throw new GraphiteError("ERR_PARAMETER", message);
    }
    return run({ kind: "istat", ask: "counter", names, format, ...range }, request, reply);
  });

  const multiGet = { config: { role: "read" }, schema: { summary: "Many counters" } } as const;
  app.post("/multi-get", multiGet, async (request, reply) => {
    allowAnyReader(reply);
    const body = jsonBody(request);
    const { keys, compact } = body;
    if (!Array.isArray(keys)) {
      throw new GraphiteError("ERR_PARAMETER", "Missing 'key' array of keys");
    }
    if (keys.length > MAX_KEYS) {
      throw new GraphiteError("ERR_LIMIT_SERIES", `more than ${MAX_KEYS} keys: ask for less`);
    }
    const range = rangeOfBody(body, doors.now());
    const names = keys.map((key) => String(key));
    const isCompact = Boolean(compact);
    return run(
      { kind: "istat", ask: "multi-get", keys: names, isCompact, ...range },
      request,
      reply,
    );
  });

  const names = { config: { role: "read" }, schema: { summary: "Names of counters" } } as const;
  app.get("/names", names, async (request, reply) => {
    const pattern = new Params(request).one("q") ?? "";
    return run({ kind: "istat", ask: "names", pattern }, request, reply);
  });

  const agents = {
    config: { role: "read" },
    schema: { summary: "Who sends istat lines" },
  } as const;
  app.get("/agents", agents, async (request, reply) => {
    const text = agentsJson(await doors.agents(), doors.now());
    return sendBody(Buffer.from(text), request, reply.type("application/json"));
  });

  const file = { config: { role: "read" }, schema: { summary: "A file of --files-dir" } } as const;
  app.get("/file", file, async (request, reply) => {
    allowAnyReader(reply);
    const name = fileNameOf(splitUrl(request.originalUrl).path, new Params(request).one("f"));
    return sendStaticFile(doors.filesDir, name, request, reply);
  });

  settingsRoutes(app, doors.settings);

  const preflight = { config: { role: "open" }, schema: { hide: true } } as const;
  app.options("/preflight", preflight, async (_request, reply) => {
    allowAnyReader(reply)
      .header("access-control-allow-methods", "GET, HEAD, POST, OPTIONS")
      .header("access-control-allow-headers", "content-type");
    return reply.code(204).send();
  });

  const noTarget = { config: { role: "read" }, schema: { hide: true } } as const;
  app.post("/no-target", noTarget, async () => {
    throw new GraphiteError("ERR_NOT_FOUND", "No such POST target");
  });
  answerOtherMethods();
  return app;
}

/** Pages of any site may read it, but never with the user's password. */
function allowAnyReader(reply: FastifyReply): FastifyReply {
  return reply.hasHeader("access-control-allow-origin")
    ? reply
    : reply.header("access-control-allow-origin", "*");
}

function hasIndexFile(folder: string | null): boolean {
  return folder !== null && existsSync(join(folder, "index.html"));
}

/** The file that `/`, `/files/NAME` or `/?f=NAME` means; a slash in a name stands for a dot. */
function fileNameOf(path: string, parameter: string | undefined): string {
  if (path.startsWith("/files/")) return path.slice("/files/".length).replaceAll("/", ".");
  if (parameter !== undefined) return parameter;
  return path === "/" ? "index.html" : path.slice(1);
}
