import { bitLength, VALUE_CLASSES } from "./symbols.ts";

/** How residuals follow from integers; the order is what the head byte of the stream says. */
export const VALUES = 0;
export const DIFFERENCES = 1;
export const SECOND_DIFFERENCES = 2;
export const ALL_EQUAL = 3;

/** The plan of the latest `planIntegers`: valid until the next one. */
export interface IntegerPlan {
  order: number;
  first: number;
  /** Greatest common divisor of all distances to the first. */
  factor: number;
  /** What is taken off every residual; with second differences, the difference to begin with. */
  bias: number;
  /** For every value but the first. */
  residuals: Float64Array;
  /** Share of the residuals that are 0, by a sample. */
  zeroShare: number;
  /** Distance of the least and the greatest integer, in factors. */
  range: number;
}

/** Within it, second differences and their folding stay below 2^53. */
const MAX_RANGE = 2 ** 50;
/** Orders are compared on stretches of the column, this many values in all. */
const STRETCH = 32;
const STRETCHES = 16;
/** Most values that a median is taken of; short columns are content with fewer. */
const MEDIAN_OF = 63;
/** What the length of a code costs in the head of the stream. */
const SYMBOL_COST = 5;

let distances = new Float64Array(1 << 10);
const plan: IntegerPlan = {
  order: ALL_EQUAL,
  first: 0,
  factor: 1,
  bias: 0,
  residuals: new Float64Array(1 << 10),
  zeroShare: 0,
  range: 0,
};

/** Null when the integers lie too far apart. They are at most 2^53 - 1 in magnitude. */
export function planIntegers(integers: Float64Array, count: number): IntegerPlan | null {
  if (distances.length < count) {
    distances = new Float64Array(count * 2);
    plan.residuals = new Float64Array(count * 2);
  }
  const first = integers[0]!;
  let min = first;
  let max = first;
  for (let i = 1; i < count; i++) {
    const value = integers[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  plan.first = first;
  plan.factor = 1;
  plan.bias = 0;
  plan.order = ALL_EQUAL;
  plan.range = 0;
  if (min === max) return plan;
  if (max - min > MAX_RANGE) return null;
  subtract(integers, count, first, distances);
  plan.factor = divideByFactor(distances, count);
  chooseOrder(distances, count);
  plan.range = (max - min) / plan.factor;
  fillResiduals(distances, count);
  return plan;
}

function subtract(from: Float64Array, count: number, value: number, into: Float64Array): void {
  for (let i = 0; i < count; i++) into[i] = from[i]! - value;
}

/** Divides `distances` by their greatest common divisor, which it returns. */
function divideByFactor(distances: Float64Array, count: number): number {
  let from = 1;
  while (distances[from] === 0) from++;
  let factor = Math.abs(distances[from]!);
  for (let i = from + 1; i < count && factor !== 1; i++) {
    // A quotient that is no integer is farther from the next integer than rounding carries it.
    const quotient = distances[i]! / factor;
    if (quotient !== Math.floor(quotient)) factor = commonDivisor(factor, Math.abs(distances[i]!));
  }
  if (factor > 1) for (let i = 1; i < count; i++) distances[i] = distances[i]! / factor;
  return factor;
}

function commonDivisor(a: number, b: number): number {
  let greater = a;
  let smaller = b;
  while (smaller !== 0) {
    const rest = greater % smaller;
    greater = smaller;
    smaller = rest;
  }
  return greater;
}

const histograms = [0, 1, 2, 3].map(() => new Uint32Array(VALUE_CLASSES + 1));

/** Sets order and bias to what seems to need the fewest bits. */
function chooseOrder(distances: Float64Array, count: number): void {
  const centre = medianOf(distances, count, VALUES);
  const slope = medianOf(distances, count, DIFFERENCES);
  const [values, differences, sloped, seconds] = histograms as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  for (const histogram of histograms) histogram.fill(0);
  const step = Math.max(STRETCH, Math.floor((count - 2) / STRETCHES));
  let sampled = 0;
  for (let from = 2; from < count; from += step) {
    const to = Math.min(count, from + STRETCH);
    sampled += to - from;
    for (let i = from; i < to; i++) {
      const distance = distances[i]!;
      const difference = distance - distances[i - 1]!;
      const second = difference - (distances[i - 1]! - distances[i - 2]!);
      values[bitLength(Math.abs(distance - centre))]!++;
      differences[bitLength(Math.abs(difference))]!++;
      sloped[bitLength(Math.abs(difference - slope))]!++;
      seconds[bitLength(Math.abs(second))]!++;
    }
  }
  let least = Number.POSITIVE_INFINITY;
  const consider = (order: number, bias: number, histogram: Uint32Array): void => {
    const cost = costOf(histogram, sampled);
    if (cost >= least) return;
    least = cost;
    plan.order = order;
    plan.bias = bias;
    plan.zeroShare = histogram[0]! / sampled;
  };
  consider(DIFFERENCES, 0, differences);
  consider(DIFFERENCES, slope, sloped);
  consider(VALUES, centre, values);
  consider(SECOND_DIFFERENCES, distances[1]!, seconds);
}

const samples = new Float64Array(MEDIAN_OF);

/** The median of some values, or of some differences. */
function medianOf(distances: Float64Array, count: number, order: number): number {
  const taken = Math.min(MEDIAN_OF, 16 + (count >> 5), count - 1);
  const step = (count - 1) / taken;
  for (let n = 0; n < taken; n++) {
    const i = 1 + Math.floor(n * step);
    const value = order === VALUES ? distances[i]! : distances[i]! - distances[i - 1]!;
    let at = n;
    while (at > 0 && samples[at - 1]! > value) {
      samples[at] = samples[at - 1]!;
      at--;
    }
    samples[at] = value;
  }
  return samples[taken >> 1]!;
}

/** Bits for residuals of these sizes, by entropy; the sign counts as one. */
function costOf(histogram: Uint32Array, total: number): number {
  let bits = 0;
  for (let size = 0; size <= VALUE_CLASSES; size++) {
    const frequency = histogram[size]!;
    if (frequency === 0) continue;
    bits += frequency * (size + Math.log2(total / frequency)) + SYMBOL_COST;
  }
  return bits;
}

function fillResiduals(distances: Float64Array, count: number): void {
  const { residuals, order, bias } = plan;
  if (order === VALUES) {
    for (let i = 1; i < count; i++) residuals[i - 1] = distances[i]! - bias;
  } else if (order === DIFFERENCES) {
    for (let i = 1; i < count; i++) residuals[i - 1] = distances[i]! - distances[i - 1]! - bias;
  } else {
    let before = bias;
    for (let i = 1; i < count; i++) {
      const difference = distances[i]! - distances[i - 1]!;
      residuals[i - 1] = difference - before;
      before = difference;
    }
  }
}
