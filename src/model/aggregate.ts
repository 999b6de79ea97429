import { GraphiteError } from "./errors.ts";
import { sortedKnown } from "./values.ts";

/** Makes one value of many; NaN among them is a gap, and the answer NaN when there is nothing. */
export type Aggregate = (values: Float64Array, from: number, to: number) => number;

function average(values: Float64Array, from: number, to: number): number {
  let total = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    total += value;
    count++;
  }
  return count === 0 ? Number.NaN : total / count;
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    total += value;
    count++;
  }
  return count === 0 ? Number.NaN : total;
}

function averageZero(values: Float64Array, from: number, to: number): number {
  const total = sum(values, from, to);
  return Number.isNaN(total) ? 0 : total / (to - from);
}

function min(values: Float64Array, from: number, to: number): number {
  let least = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value) && !(least <= value)) least = value;
  }
  return least;
}

function max(values: Float64Array, from: number, to: number): number {
  let most = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value) && !(most >= value)) most = value;
  }
  return most;
}

function first(values: Float64Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i]!)) return values[i]!;
  return Number.NaN;
}

function last(values: Float64Array, from: number, to: number): number {
  for (let i = to - 1; i >= from; i--) if (!Number.isNaN(values[i]!)) return values[i]!;
  return Number.NaN;
}

function count(values: Float64Array, from: number, to: number): number {
  let known = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i]!)) known++;
  return known;
}

/** The first value less all later ones. */
function difference(values: Float64Array, from: number, to: number): number {
  let result = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    result = Number.isNaN(result) ? value : result - value;
  }
  return result;
}

/** Nothing when anything is missing. */
function multiply(values: Float64Array, from: number, to: number): number {
  let product = from === to ? Number.NaN : 1;
  for (let i = from; i < to; i++) product *= values[i]!;
  return product;
}

function range(values: Float64Array, from: number, to: number): number {
  return max(values, from, to) - min(values, from, to);
}

/** Of the population. */
function stddev(values: Float64Array, from: number, to: number): number {
  const mean = average(values, from, to);
  if (Number.isNaN(mean)) return Number.NaN;
  let squares = 0;
  let known = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    squares += (value - mean) ** 2;
    known++;
  }
  return Math.sqrt(squares / known);
}

function median(values: Float64Array, from: number, to: number): number {
  const sorted = sortedKnown(values, from, to);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** All aggregate functions with their second names. */
export const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  average,
  avg: average,
  avg_zero: averageZero,
  count,
  current: last,
  diff: difference,
  last,
  max,
  median,
  min,
  multiply,
  range,
  rangeOf: range,
  stddev,
  sum,
  total: sum,
};

/** The aggregate of a name. @throws GraphiteError ERR_ARGUMENT */
export function aggregateNamed(name: string): Aggregate {
  const found = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
  if (found === undefined) {
    const names = Object.keys(AGGREGATES).join(", ");
    throw new GraphiteError("ERR_ARGUMENT", `${name} is no aggregation function: one of ${names}`);
  }
  return found;
}

const CONSOLIDATIONS: Readonly<Record<string, Aggregate>> = {
  average,
  avg: average,
  avg_zero: averageZero,
  sum,
  min,
  max,
  first,
  last,
  // Of the stored methods that consolidation does not know, the plain ones stand in.
  absmax: max,
  absmin: min,
  count: sum,
  range: max,
  stddev: average,
};

/** How points are joined to fit a width or a step. @throws GraphiteError ERR_ARGUMENT */
export function consolidationNamed(name: string): Aggregate {
  const found = Object.hasOwn(CONSOLIDATIONS, name) ? CONSOLIDATIONS[name] : undefined;
  if (found === undefined) {
    throw new GraphiteError("ERR_ARGUMENT", `${name} is no consolidation function`);
  }
  return found;
}

/** Whether enough of a bucket is known: at least one value, and a share of xFilesFactor. */
export function isKnownEnough(known: number, total: number, xFilesFactor: number): boolean {
  return known > 0 && total > 0 && known / total >= xFilesFactor;
}
