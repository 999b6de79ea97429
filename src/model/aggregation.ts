/**
 * How a coarser bucket is made of finer points (storage-aggregation.conf). The last three are ours:
 * a bucket keeps what they need.
 */
export const AGGREGATION_METHODS = [
  "average",
  "sum",
  "last",
  "max",
  "min",
  "avg_zero",
  "absmax",
  "absmin",
  "count",
  "range",
  "stddev",
] as const;

export type AggregationMethod = (typeof AGGREGATION_METHODS)[number];

export function isAggregationMethod(text: string): text is AggregationMethod {
  return (AGGREGATION_METHODS as readonly string[]).includes(text);
}
