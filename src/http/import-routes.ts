import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { canonicalName } from "../model/series-name.ts";
import type { ImportDoor, WantedName } from "./doors.ts";
import { describe, integer, text } from "./frame/describe.ts";
import { Params } from "./params.ts";

const MAX_TIERS = 16;
const MODES = ["replace", "gauge", "event"] as const;
const STATFILE = "application/vnd.statite.statfile";

const PLACE = describe({
  summary: "Where series that an import has data for are kept; new ones are made",
  description:
    "Of `statite import`. The body is {series: [{name, mode, tiers: [[step, retention, lambda], …]}]}; mode is replace, gauge or event, replace without it, and lambda 0. The answer is {placed} in that order: numbers and plans, or a text that says why there is none.",
  chapter: "Server",
  answers: { 200: { description: '{"placed"}' } },
});
const ADOPT = describe({
  summary: "Make files of an import, which are in the data directory, part of the store",
  description: "Of `statite import`. The body is {files}: what the manifest is to say of them.",
  chapter: "Server",
  answers: { 200: { description: '{"adopted"}: how many files' } },
});

const SETTINGS = describe({
  summary: "Take over istatd's settings",
  description:
    "Of `statite import istatd`. The body is {containers: [[name, [[key, value], …]], …]}; those that are there already stay as they are.",
  chapter: "Server",
  answers: { 200: { description: '{"taken"}: names of those that were not there' } },
});

const IMPORTED = describe({
  summary: "What earlier imports have brought: files as the manifest names them",
  description:
    "Of `statite import --to`: {last, files}, the number of the latest import and its files.",
  chapter: "Server",
  answers: { 200: { description: '{"last", "files"}' } },
});
const READ = describe({
  summary: "A file that an import has brought",
  description: "Of `statite import --to`, which brings nothing that is there already.",
  chapter: "Server",
  query: { file: text("as /_/import/files names it") },
  answers: { 200: { description: "a StatFile", type: STATFILE } },
});
const RECEIVE = describe({
  summary: "Send a file of an import, which counts when it is adopted",
  description:
    "Of `statite import --to`. The body is a StatFile. What is not adopted within an hour is removed.",
  chapter: "Server",
  query: {
    file: text("what it is to be called: STEP-RETENTION/import-N-….statfile"),
    bytes: integer("how many there are"),
  },
  answers: { 200: { description: '{"bytes"}' } },
});

/** Routes below /_/import, for `statite import` beside a running server, and from afar. */
export function importRoutes(app: FastifyInstance, imports: () => ImportDoor): void {
  const config = { role: "admin" } as const;
  // As a stream: it goes to the disk, and is never in memory as a whole.
  app.addContentTypeParser(STATFILE, (_request, payload, done) => done(null, payload));

  app.get("/_/import/files", { config, schema: IMPORTED }, async (_request, reply) =>
    reply.type("application/json").send(JSON.stringify(await imports().imported())),
  );

  app.get("/_/import/file", { config, schema: READ }, async (request, reply) => {
    const file = new Params(request).one("file") ?? "";
    return reply.type(STATFILE).send(await imports().read(file));
  });

  app.post("/_/import/file", { config, schema: RECEIVE }, async (request, reply) => {
    const { file, bytes: length } = Object(request.query) as Record<string, unknown>;
    const bytes = Number(length);
    const body = request.body as AsyncIterable<Uint8Array> | undefined;
    if (body === undefined || typeof file !== "string" || !Number.isSafeInteger(bytes)) {
      throw mistake(`a file is sent as ${STATFILE}, with its name and how many bytes it has`);
    }
    await imports().receive(file, bytes, body);
    return reply.type("application/json").send(JSON.stringify({ bytes }));
  });

  app.post("/_/import/place", { config, schema: PLACE }, async (request, reply) => {
    const wanted = listOf(request.body, "series").map(wantedName);
    const placed = await imports().place(wanted);
    return reply.type("application/json").send(JSON.stringify({ placed }));
  });

  app.post("/_/import/adopt", { config, schema: ADOPT }, async (request, reply) => {
    const files = listOf(request.body, "files");
    await imports().adopt(files);
    request.log.info({ files: files.length }, "imported files are part of the store");
    return reply.type("application/json").send(JSON.stringify({ adopted: files.length }));
  });

  app.post("/_/import/settings", { config, schema: SETTINGS }, async (request, reply) => {
    const containers = listOf(request.body, "containers").map(containerOf);
    const taken: string[] = [];
    for (const [name, values] of containers) {
      if (await imports().takeSettings(name, values)) taken.push(name);
    }
    request.log.info({ containers: taken }, "istatd's settings taken over");
    return reply.type("application/json").send(JSON.stringify({ taken }));
  });
}

function listOf(body: unknown, key: string): unknown[] {
  const list = Object(body)[key] as unknown;
  if (!Array.isArray(list)) throw mistake(`the body is a JSON object with a list of ${key}`);
  return list;
}

function wantedName(item: unknown): WantedName {
  const { name, mode = "replace", tiers } = Object(item) as Record<string, unknown>;
  const canonical = canonicalName(String(name));
  if (!canonical.ok || canonical.name !== name) throw mistake("a name is not in canonical form");
  if (!Array.isArray(tiers) || tiers.length === 0 || tiers.length > MAX_TIERS) {
    throw mistake(`${name}: a series has 1 to ${MAX_TIERS} tiers`);
  }
  if (!isMode(mode)) throw mistake(`${name}: the mode is one of ${MODES.join(", ")}`);
  const list = tiers.map((tier: unknown): [number, number, number] => {
    const [step, retention, lambda = 0] = Array.isArray(tier) ? tier.map(Number) : [];
    const isSane =
      Number.isSafeInteger(step) && Number.isSafeInteger(retention) && step! > 0 && retention! > 0;
    if (!isSane) throw mistake(`${name}: a tier is [step, retention], in whole seconds`);
    if (!(lambda >= 0 && lambda < 1)) throw mistake(`${name}: lambda is a number from 0 to 1`);
    return [step!, retention!, lambda];
  });
  if (list[0]![2] !== 0) throw mistake(`${name}: the first tier cannot be a trailing one`);
  return { name, mode, tiers: list };
}

function isMode(mode: unknown): mode is WantedName["mode"] {
  return (MODES as readonly unknown[]).includes(mode);
}

function containerOf(item: unknown): [name: string, values: [string, string][]] {
  const [name, values] = Array.isArray(item) ? (item as unknown[]) : [];
  if (typeof name !== "string" || !/^[\w.-]{0,200}$/.test(name) || !Array.isArray(values)) {
    throw mistake("a container is [name, values]");
  }
  const isText = (pair: unknown): pair is [string, string] =>
    Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string");
  if (!values.every(isText)) throw mistake(`${name}: a value is [key, value], both of them texts`);
  return [name, values];
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
