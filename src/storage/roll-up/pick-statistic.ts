import type { AggregationMethod } from "../../model/aggregation.ts";
import { EVENT, type Mode } from "../plan.ts";
import type { BlockColumns } from "../statfile/block.ts";
import { EVERY_STATISTIC, statisticName } from "../statistic.ts";

/** How a bucket's value is made of what it keeps. */
export interface Consolidation {
  method: AggregationMethod;
  xFilesFactor: number;
  /** The statistic was asked for by name: of a single value, too, a count is 1 and a range 0. */
  isAsked?: boolean;
}

/** How the buckets of a column are to be read. */
export interface SlotMeaning {
  mode: Mode;
  /** Seconds of a bucket, and of a slot of the finest tier. */
  step: number;
  baseStep: number;
  /** What one in the column of known slots stands for. */
  secondsPerSlot: number;
}

/**
 * The value of a bucket: the column that the aggregation method asks for, NaN where too little of
 * the bucket is known. Mean = sum / count over all samples: no averages of averages.
 *
 * A bucket is known when the time covered by its known base slots is at least xFilesFactor of it.
 * Slots of an event counter without events are known: nothing happened in them.
 *
 * A bucket of which only one statistic is known (an imported one) gives that, whatever the method;
 * the store that it comes from has applied its xFilesFactor.
 */
export function pickStatistic(
  columns: BlockColumns,
  at: number,
  { method, xFilesFactor, isAsked }: Consolidation,
  { mode, step, baseStep, secondsPerSlot }: SlotMeaning,
): number {
  let count = columns.count[at]!;
  if (count === 0) return Number.NaN;
  const only = columns.only[at]!;
  if (only !== EVERY_STATISTIC) {
    // What is not known is not made up; but a method of aggregation is no question for another one.
    const isKnown = isAsked !== true || method === statisticName(only);
    return isKnown ? columns.last[at]! : Number.NaN;
  }
  let min = columns.min[at]!;
  let max = columns.max[at]!;
  let absmin = columns.absmin[at]!;
  const covered = columns.slots[at]! * secondsPerSlot;
  if (mode === EVENT) {
    const slots = Math.max(1, Math.round(step / baseStep));
    if (count < slots) {
      min = Math.min(min, 0);
      max = Math.max(max, 0);
      absmin = 0;
      count = slots;
    }
  } else if (covered < xFilesFactor * step) {
    return Number.NaN;
  }
  switch (method) {
    case "sum":
      return columns.sum[at]!;
    case "last":
      return columns.last[at]!;
    case "max":
      return max;
    case "min":
      return min;
    case "absmax":
      return Math.abs(min) > Math.abs(max) ? min : max;
    case "absmin":
      return absmin;
    case "count":
      return count;
    case "range":
      return max - min;
    case "stddev":
      return stddev(columns, at, count);
    case "avg_zero":
      // Slots without data count as zeros; a slot with several samples counts as its mean.
      return (columns.sum[at]! / count) * (mode === EVENT ? 1 : Math.min(1, covered / step));
    default:
      return columns.sum[at]! / count;
  }
}

/** The statistic of slots that hold a single value each, in place; NaN stays. */
export function pickOfSingles(values: Float64Array, method: AggregationMethod): void {
  const only = method === "count" ? 1 : method === "range" || method === "stddev" ? 0 : null;
  if (only === null) return;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) values[i] = only;
}

/** Of the population; idle slots of an event counter are samples of 0. */
function stddev(columns: BlockColumns, at: number, count: number): number {
  const known = columns.count[at]!;
  const idle = count - known;
  const mean = columns.sum[at]! / known;
  const m2 = columns.m2[at]! + (mean * mean * known * idle) / count;
  return Math.sqrt(m2 / count);
}
