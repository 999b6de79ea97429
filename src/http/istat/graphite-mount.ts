import type { IncomingMessage, RequestListener } from "node:http";
import type { FastifyInstance } from "fastify";
import type { HttpDoors } from "../doors.ts";
import type { HttpOptions } from "../frame/options.ts";
import { buildServer } from "../server.ts";
import { splitUrl } from "./route-of.ts";

/** Where Graphite's API is on the port of istatd's: there, every other path is a counter. */
const MOUNT = "/_/graphite";

/** Parameters by which `/` is a question of istatd's. */
const QUESTIONS = ["f", "a", "q", "s"];

/**
 * Graphite's API and the pages as this port has them, ready and listening nowhere: the API below
 * `/_/graphite/`, what only the pages ask below `/_/`.
 */
export async function buildMountedGraphite(
  doors: HttpDoors,
  options: Partial<HttpOptions>,
): Promise<FastifyInstance> {
  const place = { port: "istat", api: `${MOUNT.slice(1)}/` } as const;
  const app = await buildServer(doors, { ...options, prefix: MOUNT }, { place, routeOf });
  await app.ready();
  return app;
}

function routeOf({ url = "/" }: IncomingMessage): string {
  if (!url.startsWith(MOUNT)) return url;
  const rest = url.slice(MOUNT.length);
  if (rest.startsWith("/")) return rest;
  return rest === "" || rest.startsWith("?") ? `/${rest}` : url;
}

/**
 * Who answers what istatd's API does not: the pages at `/`, and what is below `/_/`. A folder with an
 * `index.html` of its own keeps `/`; the pages are at `/_/graphite/` then.
 *
 * @param graphite is ready, and listens nowhere
 */
export function mountGraphite(
  graphite: FastifyInstance,
  hasIndexFile: boolean,
): (request: IncomingMessage) => RequestListener | null {
  const handle: RequestListener = (request, response) => graphite.routing(request, response);
  return ({ method = "GET", url = "/" }) => {
    const { path, query } = splitUrl(url);
    if (path.startsWith("/_/")) return handle;
    if (path !== "/" || (method !== "GET" && method !== "HEAD")) return null;
    const parameters = new URLSearchParams(query);
    if (QUESTIONS.some((name) => parameters.has(name))) return null;
    return hasIndexFile && query === "" ? null : handle;
  };
}
