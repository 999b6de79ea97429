import type { FastifyInstance, FastifyReply } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { HttpDoors } from "../doors.ts";
import { describe, text } from "../frame/describe.ts";
import { Params } from "../params.ts";
import { fillTemplate } from "./fill-template.ts";

/** Letters that Graphite does not let into names. */
const RESTRICTED = /[&<>~!@#$%^*()`]/;
const MAX_NAME_LETTERS = 255;

const NAME = { name: text("name") };
const STATE = { state: text("the dashboard as JSON, kept as it is") };
const QUERY = { query: text("words; all of them occur in the name, whatever their case") };

const described = (summary: string, more: object = {}) =>
  describe({
    summary,
    chapter: "Dashboards",
    ...more,
    answers: { 200: { description: "what was asked for, or an error", type: "object" } },
  });

/**
 * /dashboard/find, load, save, delete and their like for templates, and create-temporary: what
 * scripts of Graphite's dashboards use. One that does not exist is an error with status 200 there.
 */
export function dashboardRoutes(app: FastifyInstance, doors: HttpDoors): void {
  const read = { role: "read" } as const;
  const write = { role: "write" } as const;
  const dashboards = () => doors.documents().dashboards;

  app.route<{ Params: { name: string } }>({
    method: ["GET", "POST"],
    url: "/dashboard/load/:name",
    config: read,
    schema: described("A saved dashboard", { path: NAME }),
    handler: async (request, reply) => {
      const { name } = request.params;
      return sendState(reply, dashboards().load(name), "Dashboard", name);
    },
  });

  app.post<{ Params: { name: string } }>(
    "/dashboard/save/:name",
    { config: write, schema: described("Save a dashboard", { path: NAME, query: STATE }) },
    async (request, reply) => {
      const name = checkedName(request.params.name);
      await dashboards().save(name, stateOf(new Params(request)));
      return reply.send({ success: true });
    },
  );

  app.post(
    "/dashboard/create-temporary",
    {
      config: write,
      schema: described("Save a dashboard under a name that is not found", { query: STATE }),
    },
    async (request, reply) =>
      reply.send({ name: await dashboards().saveTemporary(stateOf(new Params(request))) }),
  );

  app.route<{ Params: { name: string } }>({
    method: ["GET", "POST", "DELETE"],
    exposeHeadRoute: false,
    url: "/dashboard/delete/:name",
    config: write,
    schema: described("Delete a dashboard", { path: NAME }),
    handler: async (request, reply) => {
      const { name } = request.params;
      return sendDone(reply, await dashboards().remove(name), "Dashboard", name);
    },
  });

  app.route({
    method: ["GET", "POST"],
    url: "/dashboard/find",
    config: read,
    schema: described("Names of dashboards; temporary ones are not found", { query: QUERY }),
    handler: async (request, reply) => {
      const names = dashboards().find(wordsOf(new Params(request)));
      return reply.send({ dashboards: names.map((name) => ({ name })) });
    },
  });

  for (const url of ["/dashboard/load_template/:name/:value", "/dashboard/load/:name/:value"]) {
    app.route<{ Params: { name: string; value: string } }>({
      method: ["GET", "POST"],
      url,
      config: read,
      schema: described("A template, filled with a value", {
        path: { ...NAME, value: text("what takes the place of the template's key") },
      }),
      handler: async (request, reply) => {
        const { name, value } = request.params;
        const template = dashboards().loadTemplate(name);
        const state = template && fillTemplate(template.state, template.key, value);
        return sendState(reply, state, "Template", name);
      },
    });
  }

  app.post<{ Params: { name: string; key: string } }>(
    "/dashboard/save_template/:name/:key",
    {
      config: write,
      schema: described("Save a dashboard as a template", {
        path: { ...NAME, key: text("the value in it that stands for any other") },
        query: STATE,
      }),
    },
    async (request, reply) => {
      const { name, key } = request.params;
      const state = stateOf(new Params(request));
      await dashboards().saveTemplate(checkedName(name), { key: checkedName(key), state });
      return reply.send({ success: true });
    },
  );

  app.route<{ Params: { name: string } }>({
    method: ["GET", "POST", "DELETE"],
    exposeHeadRoute: false,
    url: "/dashboard/delete_template/:name",
    config: write,
    schema: described("Delete a template", { path: NAME }),
    handler: async (request, reply) => {
      const { name } = request.params;
      return sendDone(reply, await dashboards().removeTemplate(name), "Template", name);
    },
  });

  app.route({
    method: ["GET", "POST"],
    url: "/dashboard/find_template",
    config: read,
    schema: described("Names of templates", { query: QUERY }),
    handler: async (request, reply) => {
      const names = dashboards().findTemplates(wordsOf(new Params(request)));
      return reply.send({ templates: names.map((name) => ({ name })) });
    },
  });
}

/** The state is not parsed and written anew: numbers and order stay as they were sent. */
function sendState(
  reply: FastifyReply,
  state: string | undefined,
  what: string,
  name: string,
): FastifyReply {
  if (state === undefined) return sendMissing(reply, what, name);
  return reply.type("application/json").send(`{"state": ${state}}`);
}

function sendDone(reply: FastifyReply, isDone: boolean, what: string, name: string): FastifyReply {
  return isDone ? reply.send({ success: true }) : sendMissing(reply, what, name);
}

/** The blank at the end is Graphite's. */
function sendMissing(reply: FastifyReply, what: string, name: string): FastifyReply {
  return reply.send({ error: `${what} '${name}' does not exist. ` });
}

function checkedName(name: string): string {
  if (RESTRICTED.test(name)) {
    throw new GraphiteError("ERR_PARAMETER", "name contain restricted symbols");
  }
  if (name === "" || name.length > MAX_NAME_LETTERS) {
    throw new GraphiteError("ERR_PARAMETER", `a name has 1 to ${MAX_NAME_LETTERS} letters`);
  }
  return name;
}

function stateOf(params: Params): string {
  const state = params.one("state");
  if (state === undefined) {
    throw new GraphiteError("ERR_PARAMETER", "Missing required parameter 'state'");
  }
  try {
    JSON.parse(state);
  } catch (error) {
    throw new GraphiteError("ERR_PARAMETER", "state must be JSON", { cause: error });
  }
  return state;
}

function wordsOf(params: Params): string[] {
  const query = params.one("query");
  if (query === undefined) {
    throw new GraphiteError("ERR_PARAMETER", "Missing required parameter 'query'");
  }
  return query.split(/\s+/).filter((word) => word !== "");
}
