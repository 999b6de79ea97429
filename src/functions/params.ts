import type { TimeSeries } from "../model/time-series.ts";

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
  /** Takes all arguments that are left. */
  multiple?: boolean;
  default?: T;
  options?: readonly string[];
  suggestions?: readonly (string | number)[];
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

/** All arguments that are left; at least one. */
export function many<T>(inner: Param<T>): Param<T[]> {
  return { type: inner.type, required: true, multiple: true };
}

/** All arguments that are left; possibly none. */
export function anyNumberOf<T>(inner: Param<T>): Param<T[]> {
  return { type: inner.type, required: false, multiple: true };
}

/** With values that an editor may offer. */
export function suggesting<T>(inner: Param<T>, ...suggestions: (string | number)[]): Param<T> {
  return { ...inner, suggestions };
}
