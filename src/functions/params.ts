import type { TimeSeries } from "../model/time-series.ts";
import type { PathPattern } from "./define.ts";

/** Argument types as `/functions` publishes them. */
export type ParamType =
  | "aggFunc"
  | "aggOrSeriesFunc"
  | "any"
  | "boolean"
  | "date"
  | "float"
  | "intOrInf"
  | "intOrInterval"
  | "integer"
  | "interval"
  | "node"
  | "nodeOrTag"
  | "series"
  | "seriesList"
  | "seriesLists"
  | "string"
  | "tag";

/** A parameter; `T` is what `evaluate` gets for it. */
export interface Param<T> {
  type: ParamType;
  required: boolean;
  /** Published as required, though a call without it is answered. */
  mayBeMissing?: true;
  /** Takes all arguments that are left. */
  multiple?: boolean;
  default?: T;
  options?: readonly string[];
  suggestions?: readonly (string | number)[];
  /** The path itself is wanted, not its series. */
  isPattern?: true;
  /** What is taken besides the published type, because Graphite does. */
  also?: "fraction" | "boolean" | "text";
  /** What `/functions` says otherwise; calls may use both names. */
  published?: { name?: string; default?: unknown };
  /** Only there to carry T. */
  readonly value?: T;
}

const param = <T>(type: ParamType): Param<T> => ({ type, required: true });

export const seriesList = param<TimeSeries[]>("seriesList");
/** All series of all arguments that are left, in order. */
export const seriesLists: Param<TimeSeries[]> = {
  type: "seriesLists",
  required: true,
  multiple: true,
};
/** The same, where no argument at all means something, too. */
export const anySeriesLists: Param<TimeSeries[]> = { ...seriesLists, required: false };
/** What mapSeries makes; its groups are not kept apart. */
export const mappedSeries = param<TimeSeries[]>("seriesLists");
/** A path that the function looks up by itself. */
export const pathPattern: Param<PathPattern> = {
  type: "seriesList",
  required: true,
  isPattern: true,
};
/** One series, as a list of one. */
export const series = param<TimeSeries[]>("series");
export const float = param<number>("float");
export const integer = param<number>("integer");
export const boolean = param<boolean>("boolean");
export const string = param<string>("string");
export const node = param<number>("node");
export const nodeOrTag = param<number | string>("nodeOrTag");
export const tag = param<string>("tag");
export const interval = param<string>("interval");
/** A time expression, to be read with the request's clock. */
export const date = param<string>("date");
export const intOrInterval = param<number | string>("intOrInterval");
/** A number of points; infinite by default. */
export const intOrInf = param<number>("intOrInf");
export const aggFunc = param<string>("aggFunc");
export const aggOrSeriesFunc = param<string>("aggOrSeriesFunc");
/** Series or a number. */
export const any = param<TimeSeries[] | number>("any");

export function optional<T>(inner: Param<T>): Param<T | undefined> {
  return { ...inner, required: false } as Param<T | undefined>;
}

export function withDefault<T>(inner: Param<T>, fallback: T): Param<T> {
  return { ...inner, required: false, default: fallback };
}

/** For what Graphite publishes as required and yet does without. */
export function tolerant<T>(inner: Param<T>, fallback?: T): Param<T> {
  const missing = { ...inner, mayBeMissing: true } as const;
  return fallback === undefined ? missing : { ...missing, default: fallback };
}

/** All arguments that are left; at least one. */
export function many<T>(inner: Param<T>): Param<T[]> {
  return { type: inner.type, required: true, multiple: true };
}

/** All arguments that are left; possibly none. */
export function anyNumberOf<T>(inner: Param<T>): Param<T[]> {
  return { type: inner.type, required: false, multiple: true };
}

/** Published as an integer, though Graphite calculates with fractions too. */
export const integerOrFraction: Param<number> = { ...integer, also: "fraction" };

/** Takes true and false as well. */
export function orBoolean(inner: Param<string>): Param<string | boolean> {
  return { ...inner, also: "boolean" } as Param<string | boolean>;
}

/** Takes any text as well, for what does not matter before a picture is drawn. */
export function orText(inner: Param<number>): Param<number | string> {
  return { ...inner, also: "text" } as Param<number | string>;
}

/** Described otherwise in `/functions`. */
export function publishedAs<T>(
  published: { name?: string; default?: unknown },
  inner: Param<T>,
): Param<T> {
  return { ...inner, published };
}

/** With the values that it can have, as far as an editor should know. */
export function oneOf<T>(inner: Param<T>, ...options: string[]): Param<T> {
  return { ...inner, options };
}

/** With values that an editor may offer. */
export function suggesting<T>(inner: Param<T>, ...suggestions: (string | number)[]): Param<T> {
  return { ...inner, suggestions };
}
