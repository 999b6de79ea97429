import { type Aggregate, aggregateNamed, isKnownEnough } from "../../model/aggregate.ts";
import { parseInterval } from "../../model/interval.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { countKnown } from "../../model/values.ts";
import {
  defineFunction,
  type FunctionContext,
  type GraphiteFunction,
  type Window,
} from "../define.ts";
import {
  aggFunc,
  float,
  intOrInterval,
  optional,
  seriesList,
  suggesting,
  withDefault,
} from "../params.ts";

const windowSize = suggesting(intOrInterval, 5, 7, 10, "1min", "5min", "10min", "30min", "1hour");

/** The window begins earlier by what the first output needs. */
function earlier(list: readonly TimeSeries[], size: number | string, window: Window): Window[] {
  const span = spanOf(list, size);
  return [{ from: window.from - span, until: window.until }];
}

function spanOf(list: readonly TimeSeries[], size: number | string): number {
  if (typeof size === "string") return Math.abs(parseInterval(size));
  return Math.max(0, ...list.map((series) => series.step)) * Math.max(0, size);
}

function moving(
  list: readonly TimeSeries[],
  size: number | string,
  func: string,
  xFilesFactor: number | undefined,
  context: FunctionContext,
): TimeSeries[] {
  const join = aggregateNamed(func);
  const span = spanOf(list, size);
  const shown = typeof size === "string" ? `"${size}"` : String(size);
  const prefix = `moving${func.charAt(0).toUpperCase()}${func.slice(1).toLowerCase()}`;
  return (context.planned[0] ?? []).map((series) => {
    const points = typeof size === "string" ? Math.floor(span / series.step) : size;
    const skipped = Math.floor(span / series.step);
    const factor = xFilesFactor ?? series.xFilesFactor ?? context.xFilesFactor;
    const values = movingValues(series.values, skipped, points, join, factor);
    return renamed(
      series,
      `${prefix}(${series.name},${shown})`,
      {
        start: series.start + span,
        values,
      },
      { [prefix]: String(size) },
    );
  });
}

/** Value i is made of what is known of the `points` values up to the i-th after `skipped`. */
function movingValues(
  values: Float64Array,
  skipped: number,
  points: number,
  join: Aggregate,
  xFilesFactor: number,
): Float64Array {
  const result = new Float64Array(Math.max(0, values.length - skipped)).fill(Number.NaN);
  if (points <= 0) return result;
  const window = new Float64Array(Math.min(points, values.length));
  for (let i = 0; i < result.length; i++) {
    const to = skipped + i + 1;
    const from = Math.max(0, to - points);
    const known = countKnown(values, from, to);
    if (!isKnownEnough(known, to - from, xFilesFactor)) continue;
    if (known === to - from) {
      result[i] = join(values, from, to);
      continue;
    }
    let count = 0;
    for (let j = from; j < to; j++) if (!Number.isNaN(values[j]!)) window[count++] = values[j]!;
    result[i] = join(window, 0, count);
  }
  return result;
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
  plan: ({ seriesList: list, windowSize: size }, window) => earlier(list, size, window),
  evaluate: ({ seriesList: list, windowSize: size, func, xFilesFactor }, context) =>
    moving(list, size, func, xFilesFactor, context),
});

function movingFunction(name: string, func: string, what: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Calculate",
    doc: `The ${what} of a window that moves along; the data before the graph are fetched too.`,
    params: { seriesList, windowSize, xFilesFactor: optional(float) },
    plan: ({ seriesList: list, windowSize: size }, window) => earlier(list, size, window),
    evaluate: ({ seriesList: list, windowSize: size, xFilesFactor }, context) =>
      moving(list, size, func, xFilesFactor, context),
  });
}

export const movingAverage = movingFunction("movingAverage", "average", "mean");
export const movingMedian = movingFunction("movingMedian", "median", "median");
export const movingSum = movingFunction("movingSum", "sum", "sum");
export const movingMin = movingFunction("movingMin", "min", "least value");
export const movingMax = movingFunction("movingMax", "max", "greatest value");
