import type { FastifyInstance } from "fastify";
import type { HttpDoors } from "./doors.ts";
import { describe } from "./frame/describe.ts";

const DAY_SECONDS = 86_400;

/** What browsers, robots and load balancers ask for besides pages. */
export function frontRoutes(app: FastifyInstance, doors: HttpDoors): void {
  const config = { role: "open" } as const;

  app.get(
    "/lb_check",
    {
      config,
      schema: describe({
        summary: "Whether a load balancer may send requests, as carbonapi has it",
        chapter: "Server",
        answers: {
          200: { description: "Ok", type: "string" },
          503: { description: "recovering or shutting down", type: "string" },
        },
      }),
    },
    async (_request, reply) => {
      const { isReady, state } = doors.health();
      reply.code(isReady ? 200 : 503).type("text/plain; charset=utf-8");
      return reply.send(isReady ? "Ok\n" : `${state}\n`);
    },
  );

  const robots = describe({ summary: "Robots are to stay away", chapter: "Server" });
  app.get("/robots.txt", { config, schema: robots }, async (_request, reply) =>
    reply.type("text/plain; charset=utf-8").send("User-agent: *\nDisallow: /\n"),
  );

  const icon = describe({
    summary: "There is no icon",
    chapter: "Server",
    answers: { 204: { description: "nothing" } },
  });
  app.get("/favicon.ico", { config, schema: icon }, async (_request, reply) =>
    reply.code(204).header("cache-control", `max-age=${DAY_SECONDS}`).send(),
  );
}
