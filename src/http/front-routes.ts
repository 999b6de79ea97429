import type { FastifyInstance } from "fastify";
import type { HttpDoors } from "./doors.ts";
import { describe } from "./frame/describe.ts";

const DAY_SECONDS = 86_400;

const LINKS: [path: string, what: string][] = [
  ["/events/", "events"],
  ["/functions?pretty=1", "functions"],
  ["/health", "health"],
  ["/metrics", "numbers of the server"],
  ["/openapi", "the HTTP API"],
];

/** What browsers, robots and load balancers ask for. */
export function frontRoutes(app: FastifyInstance, doors: HttpDoors): void {
  const config = { role: "open" } as const;
  const page = frontPage((path) => app.pathTo(path));

  app.get(
    "/",
    { config, schema: describe({ summary: "What is here, for people", chapter: "Server" }) },
    async (_request, reply) =>
      reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        .send(page),
  );

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

function frontPage(pathTo: (path: string) => string): string {
  const items = LINKS.map(([path, what]) => `<li><a href="${pathTo(path)}">${what}</a></li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>statite</title></head><body>
<h1>statite</h1>
<p>Pages for people are not in this version. A graph or a dashboard that an address names is not shown.</p>
<ul>
${items.join("\n")}
</ul>
</body></html>
`;
}
