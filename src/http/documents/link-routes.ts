import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { HttpDoors } from "../doors.ts";
import { describe, text } from "../frame/describe.ts";

/** /s/PATH, also /shorten/PATH, makes a short link; /S/NAME leads where it points. */
export function linkRoutes(app: FastifyInstance, doors: HttpDoors): void {
  for (const start of ["/s/", "/shorten/"]) {
    app.get(
      `${start}*`,
      {
        config: { role: "write" },
        exposeHeadRoute: false,
        schema: describe({
          summary: "A short link to a path with its query",
          chapter: "Dashboards",
          path: { "*": text("the path; the query of the request belongs to it") },
          answers: { 200: { description: "the short link: /S/NAME", type: "string" } },
        }),
      },
      async (request, reply) => {
        const name = await doors
          .documents()
          .links.shorten(localPath(request.url.slice(start.length)));
        return reply.type("text/plain").send(app.pathTo(`/S/${name}`));
      },
    );
  }

  app.get<{ Params: { name: string } }>(
    "/S/:name",
    {
      config: { role: "read" },
      schema: describe({
        summary: "Leads where a short link points",
        chapter: "Dashboards",
        path: { name: text("name of the link") },
        answers: { 301: { description: "the path is in Location" } },
      }),
    },
    async (request, reply) => {
      const path = doors.documents().links.path(request.params.name);
      if (path === undefined) throw new GraphiteError("ERR_NOT_FOUND", "there is no such link");
      return reply.redirect(app.pathTo(path), 301);
    },
  );
}

/** A path of this server: two slashes at its beginning, or a backslash, would name another one. */
function localPath(rest: string): string {
  return `/${rest.replace(/^[/\\]+/, "")}`;
}
