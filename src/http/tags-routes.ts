import type { FastifyInstance, FastifySchema } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { canonicalName, hasBrokenTags } from "../model/series-name.ts";
import type { TagsJob } from "../render/query-job.ts";
import { COMMON, describe, integer, text, texts } from "./frame/describe.ts";
import { shapeOf } from "./metrics-routes.ts";
import { Params } from "./params.ts";
import type { RunQuery } from "./run-queries.ts";

const DEFAULT_COMPLETIONS = 100;

const EXPRESSIONS = texts("tag=value, tag!=value, tag=~regex or tag!=~regex; also as expr[]");
const { pretty, jsonp, local } = COMMON;
const SHAPE = { pretty, jsonp, local };
const FILTER = text("regular expression that names begin with");
const LIST = describe({
  summary: "Tags",
  chapter: "Tags",
  query: { filter: FILTER, limit: integer("at most so many"), ...SHAPE },
  answers: { 200: { description: '[{"id", "tag"}]', type: "array" } },
});
const ONE = describe({
  summary: "The values of a tag, and how many series have each",
  chapter: "Tags",
  path: { "*": text("the tag") },
  query: { filter: FILTER, limit: integer("at most so many"), ...SHAPE },
  answers: { 200: { description: "null for a tag that no series has" } },
});
const FIND = describe({
  summary: "Series that satisfy all tag expressions",
  chapter: "Tags",
  query: { expr: EXPRESSIONS, ...SHAPE },
  answers: { 200: { description: "names in order", type: "array" } },
});
const COMPLETE_TAGS = describe({
  summary: "Tags of the series that satisfy all expressions, without those of the expressions",
  chapter: "Tags",
  query: {
    expr: EXPRESSIONS,
    tagPrefix: text("what the tags begin with"),
    limit: integer("100 by default"),
    ...SHAPE,
  },
  answers: { 200: { description: "tags in order", type: "array" } },
});
const COMPLETE_VALUES = describe({
  summary: "Values of a tag on the series that satisfy all expressions",
  chapter: "Tags",
  query: {
    tag: text("the tag"),
    expr: EXPRESSIONS,
    valuePrefix: text("what the values begin with"),
    limit: integer("100 by default"),
    ...SHAPE,
  },
  answers: { 200: { description: "values in order", type: "array" } },
});
const REGISTER = describe({
  summary: "The canonical form of a name",
  description:
    "Series are found by their tags as soon as they have data: there is nothing to register.",
  chapter: "Tags",
  query: { path: text("name;tag=value, or as openmetrics write it"), pretty },
  answers: { 200: { description: "the name", type: "string" } },
});
const REGISTER_MANY = describe({
  summary: "The canonical forms of names",
  description: "Names that break a rule of tags are left out; it is a mistake if all do.",
  chapter: "Tags",
  query: { path: texts("name;tag=value; also as path[]"), pretty },
  answers: { 200: { description: "names", type: "array" } },
});

/** What Graphite answers about tags. Only series that have data have any. */
export function tagsRoutes(app: FastifyInstance, run: RunQuery): void {
  const config = { role: "read" } as const;
  const query = (
    method: string[],
    url: string,
    schema: FastifySchema,
    jobOf: (params: Params, rest: string) => TagsJob,
  ): void => {
    app.route<{ Params: { "*"?: string } }>({
      method,
      url,
      config,
      schema,
      handler: async (request, reply) => {
        const rest = (request.params["*"] ?? "").replace(/\/$/, "");
        return run(jobOf(new Params(request), rest), request, reply);
      },
    });
  };
  query(["GET"], "/tags", LIST, listJob);
  query(["GET"], "/tags/*", ONE, (params, tag) =>
    tag === "" ? listJob(params) : { ...listJob(params), kind: "tag", tag },
  );
  query(["GET", "POST"], "/tags/findSeries", FIND, (params) => {
    const expressions = expressionsOf(params);
    if (expressions.length === 0) throw mistake("no tag expressions specified");
    return { kind: "findSeries", expressions, ...shapeOf(params) };
  });
  query(["GET", "POST"], "/tags/autoComplete/tags", COMPLETE_TAGS, (params) => ({
    kind: "completeTags",
    ...completionOf(params, "tagPrefix"),
  }));
  query(["GET", "POST"], "/tags/autoComplete/values", COMPLETE_VALUES, (params) => {
    const tag = params.one("tag") ?? "";
    if (tag === "") throw mistake("no tag specified");
    return { kind: "completeValues", tag, ...completionOf(params, "valuePrefix") };
  });
  app.post("/tags/tagSeries", { config, schema: REGISTER }, async (request, reply) => {
    const params = new Params(request);
    const path = params.one("path") ?? "";
    if (path === "") throw mistake("no path specified");
    const name = taggedName(path);
    if (name === null) throw brokenTags(path);
    return reply.type("application/json").send(shown(name, params));
  });
  app.post("/tags/tagMultiSeries", { config, schema: REGISTER_MANY }, async (request, reply) => {
    const params = new Params(request);
    const paths = params.list("path");
    if (paths.length === 0) throw mistake("no paths specified");
    const names = paths.map(taggedName).filter((name) => name !== null);
    if (names.length === 0) throw brokenTags(paths[0]!);
    return reply.type("application/json").send(shown(names, params));
  });
}

function listJob(params: Params): TagsJob & { kind: "tags" } {
  return {
    kind: "tags",
    filter: params.one("filter"),
    limit: limitOf(params, Number.POSITIVE_INFINITY),
    ...shapeOf(params),
  };
}

function completionOf(
  params: Params,
  prefix: string,
): { expressions: string[]; prefix: string; limit: number } & ReturnType<typeof shapeOf> {
  return {
    expressions: expressionsOf(params),
    prefix: params.one(prefix) ?? "",
    limit: limitOf(params, DEFAULT_COMPLETIONS),
    ...shapeOf(params),
  };
}

/** An empty one is none. */
function expressionsOf(params: Params): string[] {
  return params.list("expr").filter((expression) => expression !== "");
}

/** Grafana sends 0 where it has no limit. */
function limitOf(params: Params, otherwise: number): number {
  const limit = params.integer("limit") ?? 0;
  return limit > 0 ? limit : otherwise;
}

/** Null for a name that breaks a rule. */
function taggedName(path: string): string | null {
  const canonical = canonicalName(path);
  return canonical.ok && !hasBrokenTags(canonical.name) ? canonical.name : null;
}

function shown(value: unknown, params: Params): string {
  return shapeOf(params).isPretty ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

function brokenTags(path: string): GraphiteError {
  const shownPath = JSON.stringify(path.slice(0, 200));
  return mistake(
    `${shownPath} is no name with tags: name;tag=value, where a tag is not empty and has none of ; ! ^ =, and a value is not empty, has no ; and does not begin with ~`,
  );
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
