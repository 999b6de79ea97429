import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { TagChoice } from "../../model/event-index.ts";
import { parseTimeExpression } from "../../model/time-expression.ts";
import { isoTime } from "../../model/time-text.ts";
import { knownTimeZone } from "../../model/time-zone.ts";
import type { HttpDoors } from "../doors.ts";
import { COMMON, describe, integer, oneOf, text } from "../frame/describe.ts";
import { Params } from "../params.ts";
import { sendBody } from "../send-body.ts";
import type { KnownEvent } from "./doors.ts";
import { sendEventPage } from "./event-page.ts";
import { eventsJson } from "./events-json.ts";
import { readEvent, splitTags } from "./read-event.ts";

/** Events on the page, the newest first. */
const MAX_ON_PAGE = 1000;

const EVENT = {
  type: "object",
  properties: {
    when: integer("seconds since the epoch"),
    what: text("what has happened"),
    data: text("more about it"),
    tags: { type: "array", items: { type: "string" } },
    id: integer("number of the event"),
  },
};
const NEW_EVENT = {
  type: "object",
  required: ["what"],
  properties: {
    what: text("what has happened"),
    tags: {
      description: "a list, or a text with blanks",
      type: "array",
      items: { type: "string" },
    },
    when: { type: "number", description: "seconds since the epoch; now by default" },
    data: text("more about it"),
  },
};
const LIST = describe({
  summary: "The latest events, as a page",
  description: "With `Accept: application/json` the same as /events/get_data.",
  chapter: "Events",
  answers: { 200: { description: "a page", type: "string" } },
});
const ADD = describe({
  summary: "Keep an event",
  chapter: "Events",
  body: NEW_EVENT,
  answers: { 200: { description: "it is kept: nothing more is said" } },
});
const FIND = describe({
  summary: "Events of a range of time, by tags",
  description:
    "Without `set` an event must have all of the tags that any event has. Without `tags` all events are found.",
  chapter: "Events",
  query: {
    tags: text("tags, separated by blanks"),
    set: oneOf(["intersection", "union"], "events that have all tags, or any of them"),
    from: COMMON.from,
    until: text("a time like from; without it there is no end"),
    tz: text("time zone of from and until"),
    jsonp: COMMON.jsonp,
  },
  answers: { 200: { description: "events, oldest first", type: "array", items: EVENT } },
});
const ID = { id: integer("number of the event") };
const GET = describe({
  summary: "An event, as a page, or as JSON with `Accept: application/json`",
  chapter: "Events",
  path: ID,
  answers: { 200: { description: "a page, or the event; `when` is a text there", ...EVENT } },
});
const REMOVE = describe({
  summary: "Remove an event",
  chapter: "Events",
  path: ID,
  answers: { 200: { description: '{"success": true}', type: "object" } },
});

/** /events/, /events/get_data and /events/ID. */
export async function eventRoutes(app: FastifyInstance, doors: HttpDoors): Promise<void> {
  const read = { role: "read" } as const;
  const write = { role: "write" } as const;

  const findHandler = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const params = new Params(request);
    const jsonp = params.jsonp();
    const { events } = doors.documents();
    const json = await eventsJson(findEvents(params, events, doors.timeZone));
    if (jsonp === undefined) return sendBody(json, request, reply.type("application/json"));
    const wrapped = Buffer.concat([Buffer.from(`${jsonp}(`), json, Buffer.from(")")]);
    return sendBody(wrapped, request, reply.type("text/javascript"));
  };

  app.get("/events", { config: read, schema: LIST }, async (request, reply) => {
    if (wantsJson(request)) return findHandler(request, reply);
    const all = doors.documents().events.find(null, "known", -Infinity, Infinity);
    return sendEventPage(reply, "Events", all.slice(-MAX_ON_PAGE).reverse());
  });

  app.route({
    method: ["GET", "POST"],
    url: "/events/get_data",
    config: read,
    schema: FIND,
    handler: findHandler,
  });

  app.get<{ Params: { id: string } }>(
    "/events/:id",
    { config: read, schema: GET },
    async (request, reply) => {
      const event = doors.documents().events.get(idOf(request.params.id));
      if (event === undefined) throw noEvent();
      if (!wantsJson(request)) return sendEventPage(reply, event.what, [event]);
      const { id, when, what, data, tags } = event;
      return reply.send({ id, when: isoTime(when), what, data, tags });
    },
  );

  app.delete<{ Params: { id: string } }>(
    "/events/:id",
    { config: write, schema: REMOVE },
    async (request, reply) => {
      if (!(await doors.documents().events.remove(idOf(request.params.id)))) throw noEvent();
      return reply.send({ success: true });
    },
  );

  await app.register(async (scope) => {
    // curl's -d calls everything a form.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    scope.post("/events", { config: write, schema: ADD }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const event = readEvent(body, Math.floor(Date.now() / 1000));
      await doors.documents().events.add(event);
      return reply.type("text/html; charset=utf-8").send("");
    });
  });
}

function findEvents(
  params: Params,
  events: ReturnType<HttpDoors["documents"]>["events"],
  timeZone: string,
): readonly KnownEvent[] {
  const tz = params.one("tz");
  const zone = (tz === undefined ? null : knownTimeZone(tz)) ?? timeZone;
  const now = Math.floor(Date.now() / 1000);
  const time = (name: string, absent: number): number => {
    const asked = params.one(name)?.trim() ?? "";
    return asked === "" || asked === "undefined" ? absent : parseTimeExpression(asked, now, zone);
  };
  const tags = params.has("tags") ? splitTags(params.all("tags").join(" ")) : null;
  return events.find(
    tags,
    choiceOf(params.one("set")),
    time("from", -Infinity),
    time("until", Infinity),
  );
}

function choiceOf(set: string | undefined): TagChoice {
  if (set === "union") return "any";
  return set === "intersection" ? "all" : "known";
}

function wantsJson(request: FastifyRequest): boolean {
  return /\bapplication\/json\b/.test(request.headers.accept ?? "");
}

/** -1, which no event has, for what is no number. */
function idOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

function noEvent(): GraphiteError {
  return new GraphiteError("ERR_NOT_FOUND", "Event matching query does not exist");
}
