/**
 * Graphite's methods, in the order of the numbers that whisper's files give them, from 1 on. Files
 * of ours have the same numbers, so the order is fixed.
 */
export const GRAPHITE_METHODS = [
  "average",
  "sum",
  "last",
  "max",
  "min",
  "avg_zero",
  "absmax",
  "absmin",
] as const;

export type GraphiteMethod = (typeof GRAPHITE_METHODS)[number];

/**
 * How a coarser bucket is made of finer points (storage-aggregation.conf). The last three are ours:
 * a bucket keeps what they need.
 */
export const AGGREGATION_METHODS = [...GRAPHITE_METHODS, "count", "range", "stddev"] as const;

export type AggregationMethod = (typeof AGGREGATION_METHODS)[number];

export function isAggregationMethod(text: string): text is AggregationMethod {
  return (AGGREGATION_METHODS as readonly string[]).includes(text);
}
