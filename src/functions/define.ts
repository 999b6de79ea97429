import type { AggregationMethod } from "../model/aggregation.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Param } from "./params.ts";

export type Group =
  | "Alias"
  | "Calculate"
  | "Combine"
  | "Filter Data"
  | "Filter Series"
  | "Graph"
  | "Sorting"
  | "Special"
  | "Transform";

/** Whose function it is; /functions says so too. */
export type Origin = "graphite" | "carbonapi" | "statite";

/** A stretch of time in seconds; `from` is exclusive. */
export interface Window {
  from: number;
  until: number;
  /** Which statistic of every stored bucket is wanted, instead of the one that a series is kept for. */
  statistic?: AggregationMethod | undefined;
  /** Buckets are wanted as long as the answer's, so that the statistic is exact in the graph. */
  isExact?: boolean | undefined;
}

/** A path as it was typed, not yet looked up. */
export interface PathPattern {
  pattern: string;
  text: string;
}

/** How times in arguments are read. */
export interface Clock {
  timeZone: string;
  /** The present, seconds: the request's `now`, or the clock. */
  now: number;
}

/** What a function may know of the request besides its arguments. */
export interface FunctionContext extends Clock {
  window: Window;
  /** Share of known values that an aggregate needs, unless the function says otherwise. */
  xFilesFactor: number;
  /** Points that the answer may have in all; functions that make series respect it. */
  maxDatapoints: number;
  /** The windows that `plan` asked for, each with what the first argument is in it. */
  planned: readonly TimeSeries[][];
  /** The call as it was typed, for names that hold it. */
  text: string;
  /** Arguments that were given. */
  argumentCount: number;
  /** Arguments as they were typed, by parameter. */
  typed: Readonly<Record<string, string>>;
  /**
   * Calls another function by name with lists of series as its arguments; undefined when there is
   * none that takes series.
   */
  call(name: string, ...lists: readonly (readonly TimeSeries[])[]): TimeSeries[] | undefined;
  /** Evaluates another target, in the window of this call or in another one. */
  evaluateTarget(target: string, window?: Window): TimeSeries[];
  /** One series per node that a path matches: the exact merge of the leaves below it. */
  tree(path: PathPattern, levels: number): TimeSeries[];
  /** Series by tag expressions. */
  seriesByTag(expressions: readonly string[]): TimeSeries[];
  /** Times, seconds, of the events of a window that have all these tags; without tags of all. */
  events(tags: readonly string[], window: Window): readonly number[];
  /**
   * Announces datapoints that are about to be made from nothing, or of fewer ones.
   *
   * @throws GraphiteError ERR_LIMIT_DATAPOINTS when that would be more than a request may have
   */
  reserve(datapoints: number): void;
  /** The share of known values that aggregates need from now on, in the rest of the request. */
  setXFilesFactor(xFilesFactor: number): void;
  /**
   * What earlier calls of this request have stacked under a name in this window, by point. The
   * caller adds its own series to it.
   */
  stack(name: string): number[];
}

type Params = Readonly<Record<string, Param<unknown>>>;
type ValuesOf<P extends Params> = { [K in keyof P]: P[K] extends Param<infer T> ? T : never };

export interface FunctionSpec<P extends Params> {
  /** Name and second names; all are called alike. */
  name: string;
  aliases?: readonly string[];
  group: Group;
  /** One sentence or two, in our own words. */
  doc: string;
  params: P;
  /** Graphite's unless it says otherwise. */
  origin?: Origin;
  /**
   * Other windows in which the first argument is needed. Where that depends on the data, series
   * that are not known yet are missing from `args`, and the question is asked again later.
   */
  plan?(args: ValuesOf<P>, window: Window, clock: Clock): Window[];
  /** The first argument is needed in the planned windows only. */
  needsOnlyPlanned?: true;
  evaluate(args: ValuesOf<P>, context: FunctionContext): TimeSeries[];
}

/** A function as the evaluator and /functions see it. */
export interface GraphiteFunction {
  name: string;
  aliases: readonly string[];
  group: Group;
  doc: string;
  origin: Origin;
  params: readonly (Param<unknown> & { name: string })[];
  plan: ((args: Record<string, unknown>, window: Window, clock: Clock) => Window[]) | null;
  needsOnlyPlanned: boolean;
  evaluate(args: Record<string, unknown>, context: FunctionContext): TimeSeries[];
}

/** Makes a function of one value that says everything about it. */
export function defineFunction<P extends Params>(spec: FunctionSpec<P>): GraphiteFunction {
  const { plan } = spec;
  return {
    name: spec.name,
    aliases: spec.aliases ?? [],
    group: spec.group,
    doc: spec.doc,
    origin: spec.origin ?? "graphite",
    params: Object.entries(spec.params).map(([name, param]) => ({ ...param, name })),
    // The evaluator has checked the arguments against the parameters.
    plan:
      plan === undefined ? null : (args, window, clock) => plan(args as ValuesOf<P>, window, clock),
    needsOnlyPlanned: spec.needsOnlyPlanned === true,
    evaluate: (args, context) => spec.evaluate(args as ValuesOf<P>, context),
  };
}
