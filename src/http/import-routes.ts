import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { canonicalName } from "../model/series-name.ts";
import type { ImportDoor, WantedName } from "./doors.ts";
import { describe } from "./frame/describe.ts";

const MAX_TIERS = 16;

const PLACE = describe({
  summary: "Where series that an import has data for are kept; new ones are made",
  description:
    "Of `statite import`. The body is {series: [{name, tiers: [[step, retention], …]}]}, the answer {placed} in that order: numbers and plans, or a text that says why there is none.",
  chapter: "Server",
  answers: { 200: { description: '{"placed"}' } },
});
const ADOPT = describe({
  summary: "Make files of an import, which are in the data directory, part of the store",
  description: "Of `statite import`. The body is {files}: what the manifest is to say of them.",
  chapter: "Server",
  answers: { 200: { description: '{"adopted"}: how many files' } },
});

/** /_/import/place and /_/import/adopt, for `statite import` beside a running server. */
export function importRoutes(app: FastifyInstance, imports: () => ImportDoor): void {
  const config = { role: "admin" } as const;

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
}

function listOf(body: unknown, key: string): unknown[] {
  const list = Object(body)[key] as unknown;
  if (!Array.isArray(list)) throw mistake(`the body is a JSON object with a list of ${key}`);
  return list;
}

function wantedName(item: unknown): WantedName {
  const { name, tiers } = Object(item) as Record<string, unknown>;
  const canonical = canonicalName(String(name));
  if (!canonical.ok || canonical.name !== name) throw mistake("a name is not in canonical form");
  if (!Array.isArray(tiers) || tiers.length === 0 || tiers.length > MAX_TIERS) {
    throw mistake(`${name}: a series has 1 to ${MAX_TIERS} tiers`);
  }
  const pairs = tiers.map((tier: unknown): [number, number] => {
    const [step, retention] = Array.isArray(tier) ? tier.map(Number) : [];
    const isSane =
      Number.isSafeInteger(step) && Number.isSafeInteger(retention) && step! > 0 && retention! > 0;
    if (!isSane) throw mistake(`${name}: a tier is [step, retention], in whole seconds`);
    return [step!, retention!];
  });
  return { name, tiers: pairs };
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
