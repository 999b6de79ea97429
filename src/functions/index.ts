import { alias } from "./alias/alias.ts";
import { aliasByMetric } from "./alias/alias-by-metric.ts";
import { aliasByNode, aliasByTags } from "./alias/alias-by-node.ts";
import { aliasQuery } from "./alias/alias-query.ts";
import { aliasSub } from "./alias/alias-sub.ts";
import { legendValue } from "./alias/legend-value.ts";
import { lower, upper } from "./alias/letter-case.ts";
import {
  movingAverage,
  movingMax,
  movingMedian,
  movingMin,
  movingSum,
  movingWindow,
} from "./calculate/moving-window.ts";
import { CARBONAPI_FUNCTIONS } from "./carbonapi.ts";
import { aggregate } from "./combine/aggregate.ts";
import {
  aggregateSeriesLists,
  diffSeriesLists,
  multiplySeriesLists,
  sumSeriesLists,
} from "./combine/aggregate-series-lists.ts";
import {
  averageSeries,
  diffSeries,
  maxSeries,
  minSeries,
  multiplySeries,
  rangeOfSeries,
  stddevSeries,
  sumSeries,
} from "./combine/aggregates.ts";
import { applyByNode } from "./combine/apply-by-node.ts";
import { asPercent } from "./combine/as-percent.ts";
import { countSeries } from "./combine/count-series.ts";
import { divideSeries, divideSeriesLists } from "./combine/divide-series.ts";
import { group } from "./combine/group.ts";
import { groupByNode, groupByNodes } from "./combine/group-by.ts";
import { groupByTags } from "./combine/group-by-tags.ts";
import { mapSeries } from "./combine/map-series.ts";
import { percentileOfSeries } from "./combine/percentile-of-series.ts";
import { powSeries } from "./combine/pow-series.ts";
import { reduceSeries } from "./combine/reduce-series.ts";
import { weightedAverage } from "./combine/weighted-average.ts";
import {
  aggregateWithWildcards,
  averageSeriesWithWildcards,
  multiplySeriesWithWildcards,
  sumSeriesWithWildcards,
} from "./combine/with-wildcards.ts";
import type { GraphiteFunction } from "./define.ts";
import { removeAbovePercentile, removeBelowPercentile } from "./filter-data/remove-percentile.ts";
import { removeAboveValue, removeBelowValue } from "./filter-data/remove-value.ts";
import {
  averageAbove,
  averageBelow,
  currentAbove,
  currentBelow,
  maximumAbove,
  maximumBelow,
  minimumAbove,
  minimumBelow,
} from "./filter-series/above-below.ts";
import {
  highest,
  highestAverage,
  highestCurrent,
  highestMax,
  lowest,
  lowestAverage,
  lowestCurrent,
} from "./filter-series/by-aggregate.ts";
import { exclude, grep } from "./filter-series/by-name.ts";
import { filterSeries } from "./filter-series/filter-series.ts";
import { limit } from "./filter-series/limit.ts";
import { mostDeviant } from "./filter-series/most-deviant.ts";
import {
  averageOutsidePercentile,
  removeBetweenPercentile,
} from "./filter-series/outside-percentile.ts";
import { removeEmptySeries } from "./filter-series/remove-empty-series.ts";
import { unique } from "./filter-series/unique.ts";
import { useSeriesAbove } from "./filter-series/use-series-above.ts";
import { sortBy, sortByMaxima, sortByMinima, sortByName, sortByTotal } from "./sorting/sort.ts";
import { consolidateBy, cumulative } from "./special/consolidate-by.ts";
import { constantLine, threshold } from "./special/constant-line.ts";
import { fallbackSeries } from "./special/fallback-series.ts";
import { randomWalk } from "./special/random-walk.ts";
import { seriesByTag } from "./special/series-by-tag.ts";
import { substr } from "./special/substr.ts";
import { absolute } from "./transform/absolute.ts";
import { derivative } from "./transform/derivative.ts";
import { integral } from "./transform/integral.ts";
import { keepLastValue } from "./transform/keep-last-value.ts";
import { nonNegativeDerivative, perSecond } from "./transform/non-negative-derivative.ts";
import { offset } from "./transform/offset.ts";
import { scale } from "./transform/scale.ts";
import { scaleToSeconds } from "./transform/scale-to-seconds.ts";
import { summarize } from "./transform/summarize.ts";
import { timeShift } from "./transform/time-shift.ts";
import { transformNull } from "./transform/transform-null.ts";

/** All functions: Graphite's in the order of their groups, then those of carbonapi. */
export const FUNCTIONS: readonly GraphiteFunction[] = [
  // Combine
  aggregate,
  aggregateSeriesLists,
  aggregateWithWildcards,
  applyByNode,
  asPercent,
  averageSeries,
  averageSeriesWithWildcards,
  countSeries,
  diffSeries,
  diffSeriesLists,
  divideSeries,
  divideSeriesLists,
  group,
  groupByNode,
  groupByNodes,
  groupByTags,
  mapSeries,
  maxSeries,
  minSeries,
  multiplySeries,
  multiplySeriesLists,
  multiplySeriesWithWildcards,
  percentileOfSeries,
  powSeries,
  rangeOfSeries,
  reduceSeries,
  stddevSeries,
  sumSeries,
  sumSeriesLists,
  sumSeriesWithWildcards,
  weightedAverage,
  // Transform
  absolute,
  derivative,
  integral,
  keepLastValue,
  nonNegativeDerivative,
  offset,
  perSecond,
  scale,
  scaleToSeconds,
  summarize,
  timeShift,
  transformNull,
  // Calculate
  movingAverage,
  movingMax,
  movingMedian,
  movingMin,
  movingSum,
  movingWindow,
  // Filter Series
  averageAbove,
  averageBelow,
  averageOutsidePercentile,
  currentAbove,
  currentBelow,
  exclude,
  filterSeries,
  grep,
  highest,
  highestAverage,
  highestCurrent,
  highestMax,
  limit,
  lowest,
  lowestAverage,
  lowestCurrent,
  maximumAbove,
  maximumBelow,
  minimumAbove,
  minimumBelow,
  mostDeviant,
  removeBetweenPercentile,
  removeEmptySeries,
  unique,
  useSeriesAbove,
  // Filter Data
  removeAbovePercentile,
  removeAboveValue,
  removeBelowPercentile,
  removeBelowValue,
  // Sorting
  sortBy,
  sortByMaxima,
  sortByMinima,
  sortByName,
  sortByTotal,
  // Alias
  alias,
  aliasByMetric,
  aliasByNode,
  aliasByTags,
  aliasQuery,
  aliasSub,
  legendValue,
  lower,
  upper,
  // Graph
  threshold,
  // Special
  consolidateBy,
  constantLine,
  cumulative,
  fallbackSeries,
  randomWalk,
  seriesByTag,
  substr,
  // Of carbonapi
  ...CARBONAPI_FUNCTIONS,
];

const byName = new Map<string, GraphiteFunction>();
for (const one of FUNCTIONS) for (const name of [one.name, ...one.aliases]) byName.set(name, one);

export function functionNamed(name: string): GraphiteFunction | undefined {
  return byName.get(name);
}

/** Every name under which a function can be called. */
export function functionNames(): string[] {
  return [...byName.keys()];
}
