import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { UiJob } from "../../render/ui/ui-job.ts";
import { describe, integer, oneOf, text } from "../frame/describe.ts";
import { Params } from "../params.ts";
import type { RunQuery } from "../run-queries.ts";
import { sendBody } from "../send-body.ts";
import type { OperateDoor, UiDoors } from "./doors.ts";
import { within } from "./name-routes.ts";

const MAX_ROWS = 1000;
const MAX_NAME = 4096;
const NOT_KEPT = { "cache-control": "no-cache" };

const STATUS = describe({
  summary: "How the server does: its numbers, the last hour, refused lines, slow queries",
  chapter: "Pages",
  answers: {
    200: {
      description:
        '{"version", "state", "startedAt", "time", "degraded", "warnings", "damage", "numbers", "history", "refusals", "refusedLines", "slowQueries", "creators", "disk"}',
      type: "object",
    },
  },
});
const AGENTS = describe({
  summary: "Who sends istat lines, and who did lately",
  chapter: "Pages",
  answers: {
    200: {
      description: '{"agents": [{"peer", "isOnline", "connected", "heard", "meta": {}}]}',
      type: "object",
    },
  },
});
const CARDINALITY = describe({
  summary: "Which names or tags have how many series",
  description:
    "By prefix: the names directly below one, those with most series first, and how many of these are new, null as long as the server has not run for so long. By tag: all tags, or the values of one.",
  chapter: "Pages",
  query: {
    by: oneOf(["prefix", "tag"], "prefix by default"),
    prefix: text("a name; nothing for the uppermost level"),
    tag: text("whose values are wanted"),
    limit: integer(`rows, 100 by default and at most ${MAX_ROWS}`),
  },
  answers: {
    200: {
      description:
        '{"total", "newInHour", "newInDay", "branches", "rows": [{"text", "path", "series", "newInHour", "newInDay", "isBranch"}]}, {"tags": [{"tag", "values", "series"}]} or {"tag", "values": [{"value", "series"}]}',
      type: "object",
    },
  },
});
const RETENTION = describe({
  summary: "Which rules a name falls under, and what is kept of it",
  chapter: "Pages",
  query: { name: text("a name as carbon's clients write it") },
  answers: {
    200: {
      description:
        '{"name", "refusal", "schema", "hasSchemas", "tiers": [{"step", "retention"}], "isStepLearned", "aggregation", "method", "xFilesFactor", "existing": {"mode", "tiers"} or null}',
      type: "object",
    },
  },
});

/** `/_/status`, `/_/agents`, `/_/cardinality` and `/_/retention`. */
export function operateRoutes(
  app: FastifyInstance,
  run: RunQuery,
  operate: OperateDoor,
  diskSpace: UiDoors["diskSpace"],
): void {
  const config = { role: "read" } as const;
  app.get("/_/status", { config, schema: STATUS }, async (request, reply) => {
    const disk = (await diskSpace?.().catch(() => null)) ?? null;
    const body = Buffer.from(JSON.stringify({ ...operate.status(), disk }));
    return sendBody(body, request, reply.type("application/json").headers(NOT_KEPT));
  });
  app.get("/_/agents", { config, schema: AGENTS }, async (request, reply) => {
    const body = Buffer.from(JSON.stringify({ agents: await operate.agents() }));
    return sendBody(body, request, reply.type("application/json").headers(NOT_KEPT));
  });
  app.get("/_/cardinality", { config, schema: CARDINALITY }, async (request, reply) => {
    const job = cardinalityJob(new Params(request), operate);
    return run(job, request, reply, NOT_KEPT);
  });
  app.get("/_/retention", { config, schema: RETENTION }, async (request, reply) => {
    const name = new Params(request).one("name") ?? "";
    if (name.trim() === "") throw mistake("Missing required parameter 'name'");
    if (name.length > MAX_NAME) throw mistake(`a name has at most ${MAX_NAME} characters`);
    return run({ kind: "ui", ask: "retention", name }, request, reply, NOT_KEPT);
  });
}

function cardinalityJob(
  params: Params,
  operate: OperateDoor,
): Extract<UiJob, { ask: "cardinality" | "tag-cardinality" }> {
  const limit = within(params, "limit", 1, MAX_ROWS) ?? 100;
  const by = params.one("by") ?? "prefix";
  if (by === "tag") {
    return { kind: "ui", ask: "tag-cardinality", tag: params.one("tag") ?? null, limit };
  }
  if (by !== "prefix") throw mistake("by must be prefix or tag");
  const prefix = params.one("prefix") ?? "";
  return { kind: "ui", ask: "cardinality", prefix, ...operate.seriesBounds(), limit };
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
