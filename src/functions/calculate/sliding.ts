import { isKnownEnough } from "../../model/aggregate.ts";
import { slideDeviation } from "./sliding-deviation.ts";
import { type Slide, slideFold } from "./sliding-fold.ts";
import { slideMedian } from "./sliding-median.ts";
import { slideSum } from "./sliding-sum.ts";

/** The aggregate of a window that moves along, from the value after the first `skipped` on. */
export function movingValues(
  values: Float64Array,
  skipped: number,
  points: number,
  func: string,
  xFilesFactor: number,
): Float64Array {
  const result = new Float64Array(Math.max(0, values.length - skipped)).fill(Number.NaN);
  if (points <= 0) return result;
  const slide = SLIDES[func]!;
  slide(values, skipped, points, result);
  const isMean = slide === slideMean;
  const isCount = slide === slideNothing;
  let known = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]!)) known++;
    if (i >= points && !Number.isNaN(values[i - points]!)) known--;
    const at = i - skipped;
    if (at < 0) continue;
    if (!isKnownEnough(known, points, xFilesFactor)) result[at] = Number.NaN;
    else if (isMean) result[at] = result[at]! / known;
    else if (isCount) result[at] = known;
  }
  return result;
}

const multiply = (a: number, b: number): number => a * b;
const lesser = (a: number, b: number): number => (a < b ? a : b);
const greater = (a: number, b: number): number => (a > b ? a : b);

/** Divided by the count in the end. */
const slideMean: Slide = (values, skipped, points, result) =>
  slideSum(values, skipped, points, result);
const slideProduct: Slide = (values, skipped, points, result) =>
  slideFold(values, skipped, points, result, multiply, 1);
const slideMin: Slide = (values, skipped, points, result) =>
  slideFold(values, skipped, points, result, lesser, Number.POSITIVE_INFINITY);
const slideMax: Slide = (values, skipped, points, result) =>
  slideFold(values, skipped, points, result, greater, Number.NEGATIVE_INFINITY);
/** For the count, which is known anyway. */
const slideNothing: Slide = () => {};

const slideRange: Slide = (values, skipped, points, result) => {
  const least = new Float64Array(result.length);
  slideMax(values, skipped, points, result);
  slideMin(values, skipped, points, least);
  for (let i = 0; i < result.length; i++) result[i] = result[i]! - least[i]!;
};

const slideLast: Slide = (values, skipped, _points, result) => {
  let last = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]!)) last = values[i]!;
    if (i >= skipped) result[i - skipped] = last;
  }
};

/** The first value less all others. */
const slideDifference: Slide = (values, skipped, points, result) => {
  slideSum(values, skipped, points, result);
  let first = 0;
  for (let i = 0; i < result.length; i++) {
    const end = skipped + i + 1;
    first = Math.max(first, end - points);
    while (first < end && Number.isNaN(values[first]!)) first++;
    if (first < end) result[i] = 2 * values[first]! - result[i]!;
  }
};

/** All aggregate functions. Gaps are in no window, so they never count as zeros. */
const SLIDES: Readonly<Record<string, Slide>> = {
  average: slideMean,
  avg: slideMean,
  avg_zero: slideMean,
  count: slideNothing,
  current: slideLast,
  diff: slideDifference,
  last: slideLast,
  max: slideMax,
  median: slideMedian,
  min: slideMin,
  multiply: slideProduct,
  range: slideRange,
  rangeOf: slideRange,
  stddev: slideDeviation,
  sum: slideSum,
  total: slideSum,
};
