import type { FastifyInstance } from "fastify";
import { describe, text, texts } from "../frame/describe.ts";
import { Params } from "../params.ts";

const CARD_MODES: Record<string, string> = { stacked: "stacked", all: "area", first: "area" };

/**
 * Addresses of Graphite's own pages that people have kept lead to ours.
 *
 * @see docs/addresses.md
 */
export function composerRoutes(app: FastifyInstance): void {
  const leads = (summary: string, more: object) =>
    describe({
      summary,
      chapter: "Dashboards",
      ...more,
      answers: { 302: { description: "the address is in Location" } },
    });
  app.get(
    "/composer",
    {
      config: { role: "open" },
      schema: leads("The same graph in our own pages", {
        query: { target: texts("targets"), from: text("start"), until: text("end") },
      }),
    },
    async (request, reply) =>
      reply.redirect(app.pathTo(addressOf(composerState(new Params(request)))), 302),
  );

  app.get(
    "/browser",
    { config: { role: "open" }, schema: leads("Graphite's first page, which is ours", {}) },
    async (_request, reply) => reply.redirect(app.pathTo("/"), 302),
  );

  const dashboards = leads("The same dashboard in our own pages", {
    path: { name: text("name of the dashboard") },
  });
  for (const url of ["/dashboard", "/dashboard/:name"]) {
    app.get<{ Params: { name?: string } }>(
      url,
      { config: { role: "open" }, schema: dashboards },
      async (request, reply) =>
        reply.redirect(app.pathTo(addressOf([["dashboard", request.params.name ?? ""]])), 302),
    );
  }
}

function composerState(params: Params): [string, string][] {
  const state: [string, string][] = [];
  for (const name of ["from", "until", "tz"]) {
    const value = params.one(name);
    if (value !== undefined && value !== "") state.push([name, value]);
  }
  const mode = CARD_MODES[params.one("areaMode") ?? ""] ?? "line";
  params.all("target").forEach((target, i) => {
    state.push(i === 0 ? ["g", `${mode}:${target}`] : ["t", target]);
  });
  return state;
}

function addressOf(state: [string, string][]): string {
  const query = new URLSearchParams(state).toString();
  return query === "" ? "/" : `/?${query}`;
}
