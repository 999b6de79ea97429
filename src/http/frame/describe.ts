import type {} from "@fastify/swagger";
import type { FastifySchema } from "fastify";

/** What a value is, as JSON Schema. */
export type Description = Readonly<Record<string, unknown>>;

export interface RouteDescription {
  summary: string;
  description?: string;
  /** Chapter of the document. */
  chapter:
    | "Render"
    | "Metrics"
    | "Tags"
    | "Events"
    | "Dashboards"
    | "Functions"
    | "Pages"
    | "Server";
  /** Parameters by name; of a POST they may be in a form as well. */
  query?: Record<string, Description>;
  path?: Record<string, Description>;
  /** A body that is no form. */
  body?: Description;
  /** Answers by status; 400 and worse need no mention. */
  answers?: Record<number, Description>;
}

/**
 * The schema of a route: it describes. Nothing is checked by it, because Graphite's parameters
 * are more lenient than a schema can say; `Params` reads them.
 */
export function describe(route: RouteDescription): FastifySchema {
  const { summary, description, chapter, query, path, body, answers } = route;
  return {
    summary,
    tags: [chapter],
    ...(description === undefined ? {} : { description }),
    ...(query === undefined ? {} : { querystring: { type: "object", properties: query } }),
    ...(path === undefined ? {} : { params: { type: "object", properties: path } }),
    ...(body === undefined ? {} : { body }),
    response: answers ?? { 200: { description: "done" } },
  };
}

export const text = (description: string): Description => ({ type: "string", description });

export const texts = (description: string): Description => ({
  type: "array",
  items: { type: "string" },
  description,
});

export const integer = (description: string): Description => ({ type: "integer", description });

export const flag = (description: string): Description => ({
  type: "integer",
  enum: [0, 1],
  description,
});

export const oneOf = (values: readonly string[], description: string): Description => ({
  type: "string",
  enum: values,
  description,
});

/** Parameters that many routes have. */
export const COMMON = {
  jsonp: text("name of a function that the answer calls"),
  from: text("a time as Graphite reads it: -6h, noon yesterday, 20260115, seconds since the epoch"),
  until: text("a time like from; now by default"),
  pretty: flag("indented JSON"),
  local: flag("accepted: there are no other servers to ask"),
} as const;
