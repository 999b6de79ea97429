import { aliasByBase64 } from "./alias/alias-by-base64.ts";
import { toLowerCase, toUpperCase } from "./alias/change-case.ts";
import { baseline, baselineAberration } from "./calculate/baseline.ts";
import { ewma } from "./calculate/ewma.ts";
import { kolmogorovSmirnovTest2 } from "./calculate/kolmogorov-smirnov.ts";
import { pearson } from "./calculate/pearson.ts";
import { polyfit } from "./calculate/polyfit.ts";
import { slo, sloErrorBudget } from "./calculate/slo.ts";
import { countValues } from "./combine/count-values.ts";
import { heatMap } from "./combine/heat-map.ts";
import { join } from "./combine/join.ts";
import { powSeriesLists } from "./combine/pow-series-lists.ts";
import {
  averageZero,
  count,
  current,
  diff,
  first,
  last,
  max,
  median,
  min,
  multiply,
  range,
  rangeOf,
  stddev,
  total,
} from "./combine/short-names.ts";
import type { GraphiteFunction } from "./define.ts";
import { highestMin, lowestMax, lowestMin } from "./filter-series/highest-min.ts";
import { pearsonClosest } from "./filter-series/pearson-closest.ts";
import { removeZeroSeries } from "./filter-series/remove-zero-series.ts";
import { tukeyAbove, tukeyBelow } from "./filter-series/tukey.ts";
import { fft, ifft } from "./transform/fourier.ts";
import { integralWithReset } from "./transform/integral-with-reset.ts";
import { isNotNull } from "./transform/is-not-null.ts";
import { logarithm } from "./transform/logarithm.ts";
import { lowPass } from "./transform/low-pass.ts";
import { scaleAfterTimestamp } from "./transform/scale-after-timestamp.ts";
import { timeShiftByMetric } from "./transform/time-shift-by-metric.ts";

/** What carbonapi has and Graphite has not, in the order of the groups. */
export const CARBONAPI_FUNCTIONS: readonly GraphiteFunction[] = [
  // Combine
  averageZero,
  count,
  countValues,
  current,
  diff,
  first,
  heatMap,
  join,
  last,
  max,
  median,
  min,
  multiply,
  powSeriesLists,
  range,
  rangeOf,
  stddev,
  total,
  // Transform
  fft,
  ifft,
  integralWithReset,
  isNotNull,
  logarithm,
  lowPass,
  scaleAfterTimestamp,
  timeShiftByMetric,
  // Calculate
  baseline,
  baselineAberration,
  ewma,
  kolmogorovSmirnovTest2,
  pearson,
  polyfit,
  slo,
  sloErrorBudget,
  // Filter Series
  highestMin,
  lowestMax,
  lowestMin,
  pearsonClosest,
  removeZeroSeries,
  tukeyAbove,
  tukeyBelow,
  // Alias
  aliasByBase64,
  toLowerCase,
  toUpperCase,
];
