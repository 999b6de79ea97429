import type { AggregationMethod } from "../model/aggregation.ts";

/**
 * A bucket that was imported from another store may be known by a single statistic: nothing else of
 * it can be told, and nothing is made up. Numbered from 1, as whisper numbers its methods; 0 stands
 * for a bucket of which everything is known.
 */
const STATISTICS = [
  "average",
  "sum",
  "last",
  "max",
  "min",
  "avg_zero",
  "absmax",
  "absmin",
] as const satisfies readonly AggregationMethod[];
export type OnlyStatistic = (typeof STATISTICS)[number];

export const EVERY_STATISTIC = 0;
export const MAX_STATISTIC = STATISTICS.length;

export function statisticNumber(name: OnlyStatistic): number {
  return STATISTICS.indexOf(name) + 1;
}

export function statisticName(number: number): OnlyStatistic {
  return STATISTICS[number - 1]!;
}
