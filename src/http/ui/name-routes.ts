import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { describe, integer, text } from "../frame/describe.ts";
import { Params } from "../params.ts";
import type { RunQuery } from "../run-queries.ts";

const MAX_HITS = 1000;
const MAX_ROWS = 5000;
/** Names come and go. */
const NOT_KEPT = { "cache-control": "no-cache" };

const SEARCH = describe({
  summary: "Names that have all words of a search, the best first",
  description:
    'A word is found anywhere in a name, whatever its case. With * ? [] {} in it, it is a pattern of a node, or with dots of a whole name; tag=value is about tags. A hit is the uppermost node that has all words: "below" says how many series are below it.',
  chapter: "Pages",
  query: {
    q: text("words, in any order"),
    limit: integer(`hits, 50 by default and at most ${MAX_HITS}`),
  },
  answers: {
    200: {
      description:
        '{"total": series that match, "isComplete": whether the hits are all of them, "hits": [{"name", "isLeaf", "below"}]}',
      type: "object",
    },
  },
});
const TREE = describe({
  summary: "A level of the tree of names",
  description:
    'Branches with a single child are one row with it. Tagged series are in no level: "tagged" says how many there are.',
  chapter: "Pages",
  query: {
    path: text("what the rows are below; nothing for the uppermost level"),
    offset: integer("rows that are left out before the first"),
    limit: integer(`rows, 500 by default and at most ${MAX_ROWS}`),
  },
  answers: {
    200: {
      description:
        '{"total": rows of the level, "nodes": [{"text", "path", "isLeaf", "isBranch"}], "tagged"}',
      type: "object",
    },
  },
});

/** `/_/search` and `/_/tree`. */
export function nameRoutes(app: FastifyInstance, run: RunQuery): void {
  const config = { role: "read" } as const;
  app.get("/_/search", { config, schema: SEARCH }, async (request, reply) => {
    const params = new Params(request);
    const query = params.one("q") ?? "";
    const limit = within(params, "limit", 1, MAX_HITS) ?? 50;
    return run({ kind: "ui", ask: "search", query, limit }, request, reply, NOT_KEPT);
  });
  app.get("/_/tree", { config, schema: TREE }, async (request, reply) => {
    const params = new Params(request);
    const path = params.one("path") ?? "";
    const offset = within(params, "offset", 0, Number.MAX_SAFE_INTEGER) ?? 0;
    const limit = within(params, "limit", 1, MAX_ROWS) ?? 500;
    return run({ kind: "ui", ask: "tree", path, offset, limit }, request, reply, NOT_KEPT);
  });
}

/** @throws GraphiteError ERR_PARAMETER */
export function within(
  params: Params,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const value = params.integer(name);
  if (value === undefined || (value >= least && value <= most)) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  throw new GraphiteError("ERR_PARAMETER", `${name} must be ${range}`);
}
