import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { tellLocalControl } from "./control-socket.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; absent where everybody may. */
    role?: "admin";
  }
}

/** Refuses requests that may not be made from where they come; see `role` of a route's config. */
export function guardRoutes(app: FastifyInstance): void {
  tellLocalControl(app);
  app.addHook("onRequest", async (request) => {
    if (request.routeOptions.config.role !== "admin" || request.isLocalControl) return;
    throw new GraphiteError(
      "ERR_FORBIDDEN",
      "this is not allowed over the network: use the command of statite on the machine of the server",
    );
  });
}
