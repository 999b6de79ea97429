import { aggregateNamed } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { MAX_INTERVAL_SECONDS, parseInterval } from "../../model/interval.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type FunctionContext, type GraphiteFunction } from "../define.ts";
import {
  aggFunc,
  float,
  intOrInterval,
  optional,
  seriesList,
  suggesting,
  withDefault,
} from "../params.ts";
import { earlier, preludeOf } from "./prelude.ts";
import { movingValues } from "./sliding.ts";

export const windowSize = suggesting(
  intOrInterval,
  5,
  7,
  10,
  "1min",
  "5min",
  "10min",
  "30min",
  "1hour",
);

/** Seconds by which the window must begin earlier for the first output to be whole. */
export function spanOf(list: readonly TimeSeries[], size: number | string): number {
  if (typeof size === "string") return Math.abs(parseInterval(size));
  const span = Math.max(0, ...list.map((series) => series.step)) * Math.max(0, size);
  if (span <= MAX_INTERVAL_SECONDS) return span;
  throw new GraphiteError("ERR_ARGUMENT", `a window of ${size} points is too long`);
}

/** A window's size as names show it. */
export function sizeText(size: number | string): string {
  return typeof size === "string" ? `"${size}"` : String(size);
}

function moving(
  list: readonly TimeSeries[],
  size: number | string,
  func: string,
  xFilesFactor: number | undefined,
  context: FunctionContext,
): TimeSeries[] {
  aggregateNamed(func);
  const prefix = `moving${func.charAt(0).toUpperCase()}${func.slice(1).toLowerCase()}`;
  const span = spanOf(list, size);
  return (context.planned[0] ?? []).map((series) => {
    const points = typeof size === "string" ? Math.floor(span / series.step) : size;
    const { skipped, start } = preludeOf(series, context.window, span);
    const factor = xFilesFactor ?? series.xFilesFactor ?? context.xFilesFactor;
    const values = movingValues(series.values, skipped, points, func, factor);
    return renamed(
      series,
      `${prefix}(${series.name},${sizeText(size)})`,
      { start, values },
      { [prefix]: String(size) },
    );
  });
}

export const movingWindow = defineFunction({
  name: "movingWindow",
  group: "Calculate",
  doc: "Aggregates the datapoints of a window that moves along; the data before the graph are fetched too.",
  params: {
    seriesList,
    windowSize,
    func: withDefault(aggFunc, "average"),
    xFilesFactor: optional(float),
  },
  plan: ({ seriesList: list, windowSize: size }, window) => [earlier(window, spanOf(list, size))],
  evaluate: ({ seriesList: list, windowSize: size, func, xFilesFactor }, context) =>
    moving(list, size, func, xFilesFactor, context),
});

function movingFunction(name: string, func: string, what: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Calculate",
    doc: `The ${what} of a window that moves along; the data before the graph are fetched too.`,
    params: { seriesList, windowSize, xFilesFactor: optional(float) },
    plan: ({ seriesList: list, windowSize: size }, window) => [earlier(window, spanOf(list, size))],
    evaluate: ({ seriesList: list, windowSize: size, xFilesFactor }, context) =>
      moving(list, size, func, xFilesFactor, context),
  });
}

export const movingAverage = movingFunction("movingAverage", "average", "mean");
export const movingMedian = movingFunction("movingMedian", "median", "median");
export const movingSum = movingFunction("movingSum", "sum", "sum");
export const movingMin = movingFunction("movingMin", "min", "least value");
export const movingMax = movingFunction("movingMax", "max", "greatest value");
