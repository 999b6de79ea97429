import type { FastifyInstance } from "fastify";
import { describe, text } from "./frame/describe.ts";
import { Params } from "./params.ts";
import type { RunQuery } from "./run-queries.ts";

/** /browser/search: the one part of Graphite's browser that scripts ask. */
export function browserRoutes(app: FastifyInstance, run: RunQuery): void {
  app.route({
    method: ["GET", "POST"],
    url: "/browser/search",
    config: { role: "read" },
    schema: describe({
      summary: "Up to 100 paths of series, separated by commas, that a word is found in",
      chapter: "Metrics",
      query: { query: text("words, which may be regular expressions; one of them is enough") },
      answers: { 200: { description: "paths", type: "string" } },
    }),
    handler: async (request, reply) =>
      run({ kind: "search", query: new Params(request).one("query") ?? "" }, request, reply),
  });
}
