import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { HttpDoors } from "./doors.ts";
import { describe, flag, text, texts } from "./frame/describe.ts";
import { Params } from "./params.ts";

/** Patterns of one request that the log repeats. */
const MAX_LOGGED = 10;

const DELETE = describe({
  summary: "Delete series for good",
  description:
    "With dryRun=1 only what would go is told. A series of the same name that comes later is another one.",
  chapter: "Server",
  query: {
    pattern: texts('a name, a glob, or seriesByTag("tag=value", …)'),
    dryRun: flag("delete nothing"),
  },
  answers: { 200: { description: '{"deleted", "count", "series"}: names in order' } },
});
const DELETE_TAGGED = describe({
  summary: "Delete series by their names, as Graphite has it",
  chapter: "Tags",
  query: { path: texts("name;tag=value; also as path[]"), pretty: text("ignored") },
  answers: { 200: { description: "true", type: "boolean" } },
});

/** /_/delete, with its preview, and Graphite's /tags/delSeries. */
export function deleteRoutes(app: FastifyInstance, doors: HttpDoors): void {
  const config = { role: "admin" } as const;

  app.post("/_/delete", { config, schema: DELETE }, async (request, reply) => {
    const params = new Params(request);
    const patterns = params.list("pattern");
    if (patterns.length === 0) throw mistake("Missing required parameter 'pattern'");
    const isDry = params.flag("dryRun");
    const found = await doors.deletes().find(patterns);
    let count = found.series.length;
    if (!isDry) {
      count = await doors.deletes().delete(found.series);
      const { user } = request;
      const shown = patterns.slice(0, MAX_LOGGED);
      request.log.info({ series: count, patterns: shown, user: user?.name }, "series deleted");
    }
    return reply
      .type("application/json")
      .send(JSON.stringify({ deleted: !isDry, count, series: found.paths }));
  });

  app.post("/tags/delSeries", { config, schema: DELETE_TAGGED }, async (request, reply) => {
    const paths = new Params(request).list("path");
    if (paths.length === 0) throw mistake("no path specified");
    const { series } = await doors.deletes().findExact(paths);
    const count = await doors.deletes().delete(series);
    request.log.info({ series: count, user: request.user?.name }, "series deleted");
    return reply.type("application/json").send("true");
  });
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
