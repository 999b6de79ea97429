import type { FastifyInstance } from "fastify";
import type { HttpDoors } from "./doors.ts";

/** The level of Graphite that we speak: Grafana turns tags and functions on by it. */
const GRAPHITE_VERSION = "1.1.10";

/** /version and /health. */
export function infoRoutes(app: FastifyInstance, doors: HttpDoors): void {
  app.get("/version", async (_request, reply) =>
    reply.type("text/html").send(`${GRAPHITE_VERSION}\n`),
  );

  app.get("/health", async (_request, reply) => {
    const { isReady, state, degraded, version, details } = doors.health();
    const status = degraded.length > 0 && isReady ? "degraded" : state;
    return reply.code(isReady ? 200 : 503).send({ status, degraded, version, ...details });
  });
}
