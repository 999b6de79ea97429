import type { FastifyInstance } from "fastify";
import type { HttpDoors } from "./doors.ts";
import { describe } from "./frame/describe.ts";

/** The level of Graphite that we speak: Grafana turns tags and functions on by it. */
const GRAPHITE_VERSION = "1.1.10";

/** /version and /health. */
export function infoRoutes(app: FastifyInstance, doors: HttpDoors): void {
  const version = describe({
    summary: "The version of Graphite that this API is like",
    chapter: "Server",
    answers: { 200: { description: "1.1.10", type: "string" } },
  });
  app.get("/version", { config: { role: "open" }, schema: version }, async (_request, reply) =>
    reply.type("text/html").send(`${GRAPHITE_VERSION}\n`),
  );

  const health = describe({
    summary: "Whether the server works",
    description:
      "docs/operations.md says what to do about each state. Where access rules are in force, all but the status is for those that may read.",
    chapter: "Server",
    answers: {
      200: { description: "ready or degraded", type: "object" },
      503: { description: "recovering or shutting down", type: "object" },
    },
  });
  app.get("/health", { config: { role: "open" }, schema: health }, async (request, reply) => {
    const { isReady, state, degraded, version, details } = doors.health();
    const status = degraded.length > 0 && isReady ? "degraded" : state;
    reply.code(isReady ? 200 : 503);
    // What is stored, and where, is not for everybody.
    if (!request.mayRead) return reply.send({ status });
    return reply.send({ status, degraded, version, ...details });
  });
}
