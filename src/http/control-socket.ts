import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /**
     * It came over the control socket, which only the server's own user (and root) can open: it may
     * do everything.
     */
    isLocalControl: boolean;
  }
}

/** Connections that came over a control socket. */
const localSockets = new WeakSet<object>();

export function isControlConnection(socket: object): boolean {
  return localSockets.has(socket);
}

/** Lets every route ask `request.isLocalControl`; false for all that came over the network. */
export function tellLocalControl(app: FastifyInstance): void {
  app.decorateRequest("isLocalControl", {
    getter(): boolean {
      return isControlConnection(this.raw.socket);
    },
  });
}

/** A server of the routes of `app`, which is ready, whose requests may do everything. */
export function controlServer(app: FastifyInstance): Server {
  const server = createServer((request, response) => app.routing(request, response));
  return server.on("connection", (socket) => localSockets.add(socket));
}

/**
 * Serves the routes of `app`, which is ready, on a Unix socket of mode 0600 as well. A socket of
 * that name is taken for a left-over: the lock of the data directory says that its server is gone.
 *
 * @returns what ends it, once the requests that it works on are answered
 * @throws when the socket cannot be made, for instance because `path` is too long
 */
export async function openControlSocket(
  app: FastifyInstance,
  path: string,
): Promise<() => Promise<void>> {
  const server = controlServer(app);
  rmSync(path, { force: true });
  // The socket is made in `listen`; at no time may others open it.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
      process.umask(mask);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
}
