import { GRAPHITE_METHODS, type GraphiteMethod } from "../model/aggregation.ts";

/**
 * A bucket that was imported from another store may be known by a single statistic: nothing else of
 * it can be told, and nothing is made up. Numbered from 1, as whisper numbers its methods; 0 stands
 * for a bucket of which everything is known, or all but the last sample.
 */
export type OnlyStatistic = GraphiteMethod;

export const EVERY_STATISTIC = 0;
export const MAX_STATISTIC = GRAPHITE_METHODS.length;

export function statisticNumber(name: OnlyStatistic): number {
  return GRAPHITE_METHODS.indexOf(name) + 1;
}

export function statisticName(number: number): OnlyStatistic {
  return GRAPHITE_METHODS[number - 1]!;
}
