/** How a coarser bucket is made of finer points; Graphite's names (storage-aggregation.conf). */
export const AGGREGATION_METHODS = [
  "average",
  "sum",
  "last",
  "max",
  "min",
  "avg_zero",
  "absmax",
  "absmin",
] as const;

export type AggregationMethod = (typeof AGGREGATION_METHODS)[number];

export function isAggregationMethod(text: string): text is AggregationMethod {
  return (AGGREGATION_METHODS as readonly string[]).includes(text);
}
