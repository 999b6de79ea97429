import { consolidationNamed } from "./aggregate.ts";
import type { TimeSeries } from "./time-series.ts";
import { withChanges } from "./time-series.ts";
import { countKnown } from "./values.ts";

/** Joins every `factor` consecutive values into one; the last bucket may be partial. */
export function consolidate(
  values: Float64Array,
  factor: number,
  method: string,
  xFilesFactor: number,
): Float64Array {
  const join = consolidationNamed(method);
  const buckets = Math.ceil(values.length / factor);
  const result = new Float64Array(buckets);
  for (let i = 0; i < buckets; i++) {
    const from = i * factor;
    const to = Math.min(values.length, from + factor);
    const known = countKnown(values, from, to);
    const isEnough = known > 0 && known / factor >= xFilesFactor;
    result[i] = isEnough ? join(values, from, to) : Number.NaN;
  }
  return result;
}

/** A series at a step that is `factor` times its own, counted from its own first point. */
export function consolidateSeries(
  series: TimeSeries,
  factor: number,
  xFilesFactor: number,
): TimeSeries {
  if (factor === 1) return series;
  const factorOfSeries = series.xFilesFactor ?? xFilesFactor;
  return withChanges(series, {
    step: series.step * factor,
    values: consolidate(series.values, factor, series.consolidation, factorOfSeries),
  });
}

/**
 * Brings a series to at most `maxPoints` points over a range of `rangeSeconds`, Graphite's way:
 * buckets begin at multiples of the new step, so that a graph does not tremble when it is drawn
 * again, and the partial bucket at the beginning is left out.
 */
export function fitToPoints(
  series: TimeSeries,
  maxPoints: number,
  rangeSeconds: number,
  xFilesFactor: number,
): TimeSeries {
  // One point fits any width; its step says nothing about the range.
  if (series.values.length <= 1) return series;
  const points = rangeSeconds / series.step;
  const factorOfSeries = series.xFilesFactor ?? xFilesFactor;
  if (maxPoints === 1) {
    const all = Math.max(1, series.values.length);
    return withChanges(series, {
      step: series.step * all,
      values: consolidate(series.values, all, series.consolidation, factorOfSeries),
    });
  }
  if (maxPoints >= points) return series;
  const factor = Math.ceil(points / maxPoints);
  const step = Math.trunc(factor * series.step);
  const nudge = step + (series.start % series.step) - (series.start % step);
  const dropped = Math.max(0, Math.trunc(nudge / series.step) - 1);
  const start = series.start + nudge;
  const values = consolidate(
    series.values.subarray(dropped),
    factor,
    series.consolidation,
    factorOfSeries,
  );
  return withChanges(series, { start, step, values });
}

/** Without the points that begin after the end: a shift or a bucket may leave some. */
export function cutAtEnd(series: TimeSeries): TimeSeries {
  const fitting = Math.max(0, Math.floor((series.end - series.start) / series.step) + 1);
  if (series.values.length <= fitting) return series;
  return withChanges(series, { values: series.values.subarray(0, fitting) });
}
