/** A value of each bucket, null where there is none. */
export type Values = readonly (number | null)[];

/** A series as a graph draws it. */
export interface GraphSeries {
  /** What the legend calls it. */
  name: string;
  /** Which target of the graph it answers, from 0. */
  target: number;
  /** Start of the first bucket, and length of each, in seconds. */
  start: number;
  step: number;
  /** Means of the buckets, or whatever a target makes. */
  values: Values;
  /** Of the buckets, where they are known. */
  min: Values | null;
  max: Values | null;
  stddev: Values | null;
  count: Values | null;
  /** Length of the buckets that were kept, in seconds, where it is known. */
  keptStep: number | null;
}

/** What a legend says about a series. */
export interface SeriesFigures {
  last: number | null;
  min: number | null;
  mean: number | null;
  max: number | null;
  sum: number | null;
}

/** Figures of what was measured: with counts, a mean is that of all samples, not of the buckets. */
export function figuresOf(series: GraphSeries): SeriesFigures {
  let last: number | null = null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  const { values } = series;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) continue;
    const samples = series.count?.[i] ?? 1;
    last = value;
    min = Math.min(min, series.min?.[i] ?? value);
    max = Math.max(max, series.max?.[i] ?? value);
    sum += value * samples;
    count += samples;
  }
  if (count === 0) return { last: null, min: null, mean: null, max: null, sum: null };
  return { last, min, mean: sum / count, max, sum };
}

/** The value of the bucket that a time is in; null where there is none. */
export function valueAt(series: GraphSeries, values: Values | null, time: number): number | null {
  if (values === null) return null;
  return values[Math.floor((time - series.start) / series.step)] ?? null;
}
