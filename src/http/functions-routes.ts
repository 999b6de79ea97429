import type { FastifyInstance } from "fastify";
import { functionsJson } from "../render/functions-json.ts";
import { COMMON, describe, flag, oneOf, text } from "./frame/describe.ts";
import { Params } from "./params.ts";
import { sendBody } from "./send-body.ts";

/** /functions and /functions/NAME; Grafana builds its query editor of the answer. */
export function functionsRoutes(app: FastifyInstance): void {
  const config = { role: "read" } as const;
  const schema = describe({
    summary: "Functions of targets",
    description: "Grafana builds its query editor of the answer. Infinite defaults are 1e9999.",
    chapter: "Functions",
    query: {
      grouped: flag("by group"),
      group: text("only those of a group"),
      type: oneOf(["pie"], "those that make a pie of a series"),
      pretty: COMMON.pretty,
    },
    answers: { 200: { description: "functions by name", type: "object" } },
  });
  for (const url of ["/functions", "/functions/:name"]) {
    app.get<{ Params: { name?: string } }>(url, { config, schema }, async (request, reply) => {
      const params = new Params(request);
      const { name } = request.params;
      const text = functionsJson({
        name,
        grouped: params.flag("grouped"),
        group: params.one("group"),
        isPie: params.one("type") === "pie",
        isPretty: params.flag("pretty"),
      });
      reply.code(text === null ? 404 : 200).type("application/json");
      const body = text ?? JSON.stringify({ error: `Function not found: ${name}` });
      return sendBody(Buffer.from(body), request, reply);
    });
  }
}
