import { alias } from "./alias/alias.ts";
import { aliasByMetric } from "./alias/alias-by-metric.ts";
import { aliasByNode, aliasByTags } from "./alias/alias-by-node.ts";
import { aliasSub } from "./alias/alias-sub.ts";
import { legendValue } from "./alias/legend-value.ts";
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
import { aggregate } from "./combine/aggregate.ts";
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
import { asPercent } from "./combine/as-percent.ts";
import { divideSeries } from "./combine/divide-series.ts";
import { group } from "./combine/group.ts";
import { groupByNode, groupByNodes } from "./combine/group-by.ts";
import { groupByTags } from "./combine/group-by-tags.ts";
import type { GraphiteFunction } from "./define.ts";
import { removeAboveValue, removeBelowValue } from "./filter-data/remove-value.ts";
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
import { limit } from "./filter-series/limit.ts";
import { areaBetween } from "./graph/area-between.ts";
import { alpha, color, dashed, drawAsInfinite, lineWidth, secondYAxis } from "./graph/drawing.ts";
import { stacked } from "./graph/stacked.ts";
import { verticalLine } from "./graph/vertical-line.ts";
import { sortBy, sortByMaxima, sortByName, sortByTotal } from "./sorting/sort.ts";
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

/** All functions, in the order of their groups. */
export const FUNCTIONS: readonly GraphiteFunction[] = [
  // Combine
  aggregate,
  asPercent,
  averageSeries,
  diffSeries,
  divideSeries,
  group,
  groupByNode,
  groupByNodes,
  groupByTags,
  maxSeries,
  minSeries,
  multiplySeries,
  rangeOfSeries,
  stddevSeries,
  sumSeries,
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
  exclude,
  grep,
  highest,
  highestAverage,
  highestCurrent,
  highestMax,
  limit,
  lowest,
  lowestAverage,
  lowestCurrent,
  // Filter Data
  removeAboveValue,
  removeBelowValue,
  // Sorting
  sortBy,
  sortByMaxima,
  sortByName,
  sortByTotal,
  // Alias
  alias,
  aliasByMetric,
  aliasByNode,
  aliasByTags,
  aliasSub,
  legendValue,
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
