import type { FastifyInstance } from "fastify";
import { functionsJson } from "../render/functions-json.ts";
import type { HttpDoors } from "./doors.ts";
import { Params } from "./params.ts";

/** The level of Graphite that we speak: Grafana turns tags and functions on by it. */
const GRAPHITE_VERSION = "1.1.10";

/** /version, /functions and /health. */
export function infoRoutes(app: FastifyInstance, doors: HttpDoors): void {
  app.get("/version", async (_request, reply) =>
    reply.type("text/html").send(`${GRAPHITE_VERSION}\n`),
  );

  app.get<{ Params: { name?: string } }>("/functions/:name", async (request, reply) => {
    const params = new Params(request);
    const text = functionsJson({
      name: request.params.name,
      isPie: params.one("type") === "pie",
      pretty: params.has("pretty"),
    });
    reply.type("application/json");
    if (text !== null) return reply.send(text);
    return reply
      .code(404)
      .send(JSON.stringify({ error: `Function not found: ${request.params.name}` }));
  });

  app.get("/functions", async (request, reply) => {
    const params = new Params(request);
    const text = functionsJson({
      grouped: params.has("grouped"),
      group: params.one("group"),
      isPie: params.one("type") === "pie",
      pretty: params.has("pretty"),
    });
    return reply.type("application/json").send(text);
  });

  app.get("/health", async (_request, reply) => {
    const { isReady, state, degraded, version, details } = doors.health();
    const status = degraded.length > 0 && isReady ? "degraded" : state;
    return reply.code(isReady ? 200 : 503).send({ status, degraded, version, ...details });
  });
}
