import type { WhisperMethod } from "./format.ts";

/**
 * What whisper makes of the finer points of a coarser one: of values[from..to), `to - from` places
 * of which some are known. NaN when none is.
 */
export function combineKnown(
  values: Float64Array,
  from: number,
  to: number,
  method: WhisperMethod,
): number {
  let known = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let last = Number.NaN;
  let absmax = 0;
  let absmin = Number.POSITIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    known++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (known === 1 || Math.abs(value) > Math.abs(absmax)) absmax = value;
    if (known === 1 || Math.abs(value) < Math.abs(absmin)) absmin = value;
    last = value;
  }
  if (known === 0) return Number.NaN;
  switch (method) {
    case "sum":
      return sum;
    case "last":
      return last;
    case "max":
      return max;
    case "min":
      return min;
    case "absmax":
      return absmax;
    case "absmin":
      return absmin;
    case "avg_zero":
      return sum / (to - from);
    default:
      return sum / known;
  }
}
