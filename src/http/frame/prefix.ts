import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import { isControlConnection } from "../control-socket.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** A path of this server as a client must ask for it: for redirects and links. */
    pathTo(path: string): string;
  }
}

/** No route begins with it. */
const NOWHERE = "/\u0000";

/**
 * What routes see of a URL: what is below the prefix. Commands of this machine know nothing of a
 * prefix and need none.
 */
export function withoutPrefix(prefix: string): (request: IncomingMessage) => string {
  return ({ url = "/", socket }) => {
    if (isControlConnection(socket)) return url;
    if (!url.startsWith(prefix)) return NOWHERE;
    const rest = url.slice(prefix.length);
    if (rest.startsWith("/")) return rest;
    return rest === "" || rest.startsWith("?") ? `/${rest}` : NOWHERE;
  };
}

export function decoratePaths(app: FastifyInstance, prefix: string): void {
  app.decorate("pathTo", (path: string) => prefix + path);
}
