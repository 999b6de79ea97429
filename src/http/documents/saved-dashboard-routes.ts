import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { HttpDoors } from "../doors.ts";
import { type Description, describe, text } from "../frame/describe.ts";
import {
  deleteDashboard,
  listDashboards,
  loadDashboard,
  saveDashboard,
  versionOf,
} from "./saved-dashboards.ts";

const PATH = { "*": text("NAME, USER/NAME of a user of istatd, or graphite:NAME") };
const CHAPTER = { chapter: "Dashboards" } as const;
const answer = (description: string): { answers: Record<number, Description> } => ({
  answers: { 200: { description, type: "object" } },
});

/**
 * /_/dashboards: the dashboards of the pages, of istatd's and of Graphite's, of which each can be
 * read. What is saved is kept as `dashboard.NAME` among istatd's settings, and only if it is still
 * what the caller has read.
 */
export function savedDashboardRoutes(app: FastifyInstance, doors: HttpDoors): void {
  const read = { role: "read" } as const;
  const write = { role: "write" } as const;

  app.get(
    "/_/dashboards",
    {
      config: read,
      schema: describe({
        summary: "All dashboards, whoever made them",
        ...CHAPTER,
        ...answer(
          '{"dashboards": [{"name", "title", "origin"}]}; origin is statite, istatd or graphite',
        ),
      }),
    },
    async (_request, reply) =>
      reply
        .header("cache-control", "no-store")
        .send({ dashboards: listDashboards(doors.documents()) }),
  );

  app.get(
    "/_/dashboards/*",
    {
      config: read,
      schema: describe({
        summary: "A dashboard as it was saved, its version in ETag",
        ...CHAPTER,
        path: PATH,
        ...answer('{"name", "origin", "version", "value"}'),
      }),
    },
    async (request, reply) => {
      const name = nameOf(request);
      const found = loadDashboard(doors.documents(), name);
      if (found === undefined) {
        throw new GraphiteError("ERR_NOT_FOUND", `there is no dashboard ${shown(name)}`);
      }
      const version = versionOf(found.text);
      const head = JSON.stringify({ name: found.name, origin: found.origin, version });
      // The value is passed on as it is: numbers and order stay.
      return reply
        .header("cache-control", "no-store")
        .header("etag", `"${version}"`)
        .type("application/json")
        .send(`${head.slice(0, -1)},"value":${jsonOf(found.text)}}`);
    },
  );

  app.put(
    "/_/dashboards/*",
    {
      config: write,
      schema: describe({
        summary: "Save a dashboard",
        description:
          "If-Match says which version was changed, If-None-Match: * that it is a new one; else the answer is 412.",
        ...CHAPTER,
        path: PATH,
        body: { type: "object", description: "the dashboard, JSON" },
        ...answer('{"name", "version"}'),
      }),
    },
    async (request, reply) => {
      const name = nameOf(request);
      const documents = doors.documents();
      const version = await saveDashboard(documents, name, request.body, believedBy(request, true));
      return reply.header("etag", `"${version}"`).send({ name, version });
    },
  );

  app.delete(
    "/_/dashboards/*",
    {
      config: write,
      schema: describe({
        summary: "Delete a dashboard",
        description: "If-Match says which version; it is 412 when there is another one.",
        ...CHAPTER,
        path: PATH,
        ...answer('{"deleted": true}'),
      }),
    },
    async (request, reply) => {
      const version = believedBy(request, false) ?? "";
      await deleteDashboard(doors.documents(), nameOf(request), version);
      return reply.send({ deleted: true });
    },
  );
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { "*": string })["*"];
}

/** The version in If-Match; null for If-None-Match: *. @throws GraphiteError ERR_PARAMETER */
function believedBy({ headers }: FastifyRequest, mayBeNew: boolean): string | null {
  const version = /^(?:W\/)?"([^"]*)"$/.exec(headers["if-match"] ?? "")?.[1];
  if (version !== undefined) return version;
  if (mayBeNew && headers["if-none-match"] === "*") return null;
  const ways = mayBeNew ? ", or with If-None-Match: * that it is a new one" : "";
  throw new GraphiteError("ERR_PARAMETER", `If-Match must say which version is meant${ways}`);
}

/** istatd's pages may have kept anything as a dashboard; what is no JSON is passed on as text. */
function jsonOf(saved: string): string {
  try {
    JSON.parse(saved);
    return saved;
  } catch {
    return JSON.stringify(saved);
  }
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
