import { consolidateSeries } from "../model/consolidation.ts";
import { GraphiteError } from "../model/errors.ts";
import type { TimeSeries } from "../model/time-series.ts";

/** Series on one grid: the same step, over the stretch from the least start to the greatest end. */
export interface Normalized {
  series: TimeSeries[];
  start: number;
  end: number;
  step: number;
  /** Rows: values of the longest series. */
  length: number;
}

const MAX_STEP = 10 * 365 * 86_400;

/**
 * Graphite's normalisation: the step is the least common multiple, every series is consolidated
 * from its own first point on, and rows pair by index.
 */
export function normalize(list: readonly TimeSeries[], xFilesFactor: number): Normalized {
  let step = 1;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const series of list) {
    step = leastCommonMultiple(step, series.step);
    start = Math.min(start, series.start);
    end = Math.max(end, series.end);
  }
  if (step > MAX_STEP) {
    throw new GraphiteError(
      "ERR_EVALUATION",
      "the steps of the series have no usable common multiple",
    );
  }
  end -= (end - start) % step;
  const series = list.map((one) => consolidateSeries(one, step / one.step, xFilesFactor));
  let length = 0;
  for (const one of series) length = Math.max(length, one.values.length);
  return { series, start, end, step, length };
}

function leastCommonMultiple(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
