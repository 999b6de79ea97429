import type { FastifyInstance } from "fastify";
import { functionsJson } from "../render/functions-json.ts";
import { Params } from "./params.ts";
import { sendBody } from "./send-body.ts";

/** /functions and /functions/NAME; Grafana builds its query editor of the answer. */
export function functionsRoutes(app: FastifyInstance): void {
  for (const url of ["/functions", "/functions/:name"]) {
    app.get<{ Params: { name?: string } }>(url, async (request, reply) => {
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
    app.route({
      method: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"],
      url,
      handler: async (_request, reply) => reply.code(405).header("allow", "GET, HEAD").send(),
    });
  }
}
