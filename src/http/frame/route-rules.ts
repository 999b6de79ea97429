import type { FastifyInstance, RouteOptions } from "fastify";

/**
 * Who may call a route. `open` is everybody, even where access rules are in force; `read` and
 * `write` are everybody as long as there are none; `admin` then is only the control socket.
 */
export type Role = "open" | "read" | "write" | "admin";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route says it. A route that changes something is `write` or `admin`, whatever its method. */
    role?: Role;
    /** `page`: mistakes of the caller are told as Graphite's page, which its clients parse; else as JSON. */
    mistakes?: "json" | "page";
  }
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

/**
 * Sees to it that every route says who may call it and what it is: without a role or a summary the
 * server is not built. Returns what answers the methods that a path does not have, to be called
 * when all routes are there.
 */
export function checkRoutes(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook("onRoute", (route: RouteOptions) => {
    const { role } = route.config ?? {};
    if (role === undefined) throw new Error(`the route ${route.url} does not say its role`);
    if (route.schema?.summary === undefined && route.schema?.hide !== true) {
      throw new Error(`the route ${route.url} does not say what it does`);
    }
    const known = methodsOf.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) known.add(method);
    methodsOf.set(route.url, known);
  });
  return () => {
    for (const [url, known] of [...methodsOf]) {
      const others = METHODS.filter((method) => !known.has(method));
      if (others.length === 0) continue;
      const allow = [...known].sort().join(", ");
      app.route({
        method: others,
        url,
        config: { role: "open" },
        schema: { hide: true },
        handler: async (_request, reply) => reply.code(405).header("allow", allow).send(),
      });
    }
  };
}
