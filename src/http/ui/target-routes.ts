import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { COMMON, describe, integer, text, texts } from "../frame/describe.ts";
import { Params } from "../params.ts";
import type { RunQuery } from "../run-queries.ts";
import { JsonFields } from "./json-fields.ts";
import { within } from "./name-routes.ts";

const MAX_TARGETS = 100;

const PARSE = describe({
  summary: "What a target means, as a tree, or where it stops making sense",
  description:
    "Characters are counted from 0, columns from 1. A node is a call, path, number, string, boolean or none.",
  chapter: "Pages",
  body: { type: "object", properties: { target: text("a target") } },
  answers: {
    200: {
      description:
        '{"ok", "error": {"message", "column", "hint"} or null, "tree": {"kind", "from", "to", …} or null, "ignoredFrom"}',
      type: "object",
    },
  },
});
const EXPLAIN = describe({
  summary: "What was fetched for targets: series, steps, tiers, points and time",
  chapter: "Pages",
  query: {
    target: texts("targets, as of /render"),
    from: COMMON.from,
    until: COMMON.until,
    tz: text("the time zone of from and until"),
    maxDataPoints: integer("points of a series at most"),
  },
  answers: {
    200: {
      description:
        '{"targets": [{"target", "series", "error", "milliseconds", "fetches": [{"path", "from", "until", "series", "step", "tierStep", "points", "milliseconds"}]}]}',
      type: "object",
    },
  },
});

/** `/_/parse` and `/_/explain`. */
export function targetRoutes(app: FastifyInstance, run: RunQuery): void {
  const config = { role: "read" } as const;
  app.post("/_/parse", { config, schema: PARSE }, async (request, reply) => {
    const target = new JsonFields(request).text("target");
    if (target === undefined) throw missing("target");
    return run({ kind: "ui", ask: "parse", target }, request, reply);
  });
  app.get("/_/explain", { config, schema: EXPLAIN }, async (request, reply) => {
    const params = new Params(request);
    const targets = params.all("target");
    if (targets.length === 0) throw missing("target");
    if (targets.length > MAX_TARGETS) {
      throw new GraphiteError("ERR_PARAMETER", `at most ${MAX_TARGETS} targets are explained`);
    }
    const job = {
      targets,
      from: params.one("from"),
      until: params.one("until"),
      tz: params.one("tz"),
      maxDataPoints: within(params, "maxDataPoints", 1, Number.MAX_SAFE_INTEGER),
    };
    return run({ kind: "ui", ask: "explain", request: job }, request, reply);
  });
}

function missing(name: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", `Missing required parameter '${name}'`);
}
