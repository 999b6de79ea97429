import { alias } from "./alias/alias.ts";
import { aliasByMetric } from "./alias/alias-by-metric.ts";
import { aliasByNode, aliasByTags } from "./alias/alias-by-node.ts";
import { aliasQuery } from "./alias/alias-query.ts";
import { aliasSub } from "./alias/alias-sub.ts";
import { legendValue } from "./alias/legend-value.ts";
import { lower, upper } from "./alias/letter-case.ts";
import { aggregateLine } from "./calculate/aggregate-line.ts";
import { exponentialMovingAverage } from "./calculate/exponential-moving-average.ts";
import {
  holtWintersAberration,
  holtWintersConfidenceArea,
  holtWintersConfidenceBands,
  holtWintersForecast,
} from "./calculate/holt-winters.ts";
import { linearRegression } from "./calculate/linear-regression.ts";
import {
  movingAverage,
  movingMax,
  movingMedian,
  movingMin,
  movingSum,
  movingWindow,
} from "./calculate/moving-window.ts";
import { nPercentile } from "./calculate/n-percentile.ts";
import { stdev } from "./calculate/stdev.ts";
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
import { areaBetween } from "./graph/area-between.ts";
import { alpha, color, dashed, drawAsInfinite, lineWidth, secondYAxis } from "./graph/drawing.ts";
import { stacked } from "./graph/stacked.ts";
import { verticalLine } from "./graph/vertical-line.ts";
import { sortBy, sortByMaxima, sortByMinima, sortByName, sortByTotal } from "./sorting/sort.ts";
import { bucketBand, bucketStat } from "./special/bucket-stat.ts";
import { cactiStyle } from "./special/cacti-style.ts";
import { changed } from "./special/changed.ts";
import { consolidateBy, cumulative } from "./special/consolidate-by.ts";
import { constantLine, threshold } from "./special/constant-line.ts";
import { events } from "./special/events.ts";
import { fallbackSeries } from "./special/fallback-series.ts";
import { randomWalk } from "./special/random-walk.ts";
import { seriesByTag } from "./special/series-by-tag.ts";
import { setXFilesFactor } from "./special/set-x-files-factor.ts";
import { substr } from "./special/substr.ts";
import { treeAggregate } from "./special/tree-aggregate.ts";
import { add } from "./transform/add.ts";
import { compressPeriodicGaps } from "./transform/compress-periodic-gaps.ts";
import { delay } from "./transform/delay.ts";
import { derivative } from "./transform/derivative.ts";
import { absolute, exp, invert, logit, sigmoid, squareRoot } from "./transform/each-value.ts";
import { hitcount } from "./transform/hitcount.ts";
import { integral } from "./transform/integral.ts";
import { integralByInterval } from "./transform/integral-by-interval.ts";
import { interpolate } from "./transform/interpolate.ts";
import { isNonNull } from "./transform/is-non-null.ts";
import { keepLastValue } from "./transform/keep-last-value.ts";
import { log } from "./transform/log.ts";
import { minMax, offsetToZero } from "./transform/min-max.ts";
import { nonNegativeDerivative, perSecond } from "./transform/non-negative-derivative.ts";
import { offset } from "./transform/offset.ts";
import { pow } from "./transform/pow.ts";
import { round } from "./transform/round.ts";
import { scale } from "./transform/scale.ts";
import { scaleToSeconds } from "./transform/scale-to-seconds.ts";
import { smartSummarize } from "./transform/smart-summarize.ts";
import { summarize } from "./transform/summarize.ts";
import { identity, sin, time } from "./transform/time-function.ts";
import { timeShift } from "./transform/time-shift.ts";
import { timeSlice } from "./transform/time-slice.ts";
import { timeStack } from "./transform/time-stack.ts";
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
  add,
  compressPeriodicGaps,
  delay,
  derivative,
  exp,
  hitcount,
  integral,
  integralByInterval,
  interpolate,
  invert,
  isNonNull,
  keepLastValue,
  log,
  logit,
  minMax,
  nonNegativeDerivative,
  offset,
  offsetToZero,
  perSecond,
  pow,
  round,
  scale,
  scaleToSeconds,
  sigmoid,
  sin,
  smartSummarize,
  squareRoot,
  summarize,
  time,
  timeShift,
  timeSlice,
  timeStack,
  transformNull,
  // Calculate
  aggregateLine,
  exponentialMovingAverage,
  holtWintersAberration,
  holtWintersConfidenceArea,
  holtWintersConfidenceBands,
  holtWintersForecast,
  identity,
  linearRegression,
  movingAverage,
  movingMax,
  movingMedian,
  movingMin,
  movingSum,
  movingWindow,
  nPercentile,
  stdev,
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
  alpha,
  areaBetween,
  color,
  dashed,
  drawAsInfinite,
  lineWidth,
  secondYAxis,
  stacked,
  threshold,
  verticalLine,
  // Special
  bucketBand,
  bucketStat,
  treeAggregate,
  cactiStyle,
  changed,
  consolidateBy,
  constantLine,
  cumulative,
  events,
  fallbackSeries,
  randomWalk,
  seriesByTag,
  setXFilesFactor,
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
