import { EVENT, type Mode } from "../plan.ts";

/** How a bucket's value is made of what it keeps (storage-aggregation.conf's names). */
export type Method = "average" | "sum" | "last" | "max" | "min" | "avg_zero" | "absmax" | "absmin";

/**
 * Rolls base slots up to the buckets of an answer, on the fly, and picks the column that the
 * aggregation method asks for. Mean = sum / count over all samples: no averages of averages.
 *
 * A bucket is known when the time covered by its known slots is at least xFilesFactor of it.
 */
export class RollUp {
  readonly #start: number;
  readonly #step: number;
  readonly #covered: Float64Array;
  readonly #count: Float64Array;
  readonly #sum: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #last: Float64Array;
  /** Value of least magnitude, from values where they are known one by one. */
  readonly #absmin: Float64Array;
  #isEvent = false;
  #baseStep = 0;

  constructor(start: number, step: number, buckets: number) {
    this.#start = start;
    this.#step = step;
    this.#covered = new Float64Array(buckets);
    this.#count = new Float64Array(buckets);
    this.#sum = new Float64Array(buckets);
    this.#min = new Float64Array(buckets).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(buckets).fill(Number.NEGATIVE_INFINITY);
    this.#last = new Float64Array(buckets).fill(Number.NaN);
    this.#absmin = new Float64Array(buckets).fill(Number.NaN);
  }

  /** Adds single values: slot `firstSlot + i` of `baseStep` holds values[i], NaN for none. */
  addValues(mode: Mode, baseStep: number, firstSlot: number, values: Float64Array): void {
    this.#isEvent = mode === EVENT;
    this.#baseStep = baseStep;
    const buckets = this.#sum.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const at = Math.floor(((firstSlot + i) * baseStep - this.#start) / this.#step);
      if (at < 0 || at >= buckets) continue;
      this.#covered[at] = this.#covered[at]! + baseStep;
      this.#count[at] = this.#count[at]! + 1;
      this.#sum[at] = this.#sum[at]! + value;
      if (value < this.#min[at]!) this.#min[at] = value;
      if (value > this.#max[at]!) this.#max[at] = value;
      this.#last[at] = value;
      const least = this.#absmin[at]!;
      if (!(Math.abs(value) >= Math.abs(least))) this.#absmin[at] = value;
    }
  }

  /** Adds one known slot that holds several samples. */
  addBucket(
    baseStep: number,
    slot: number,
    count: number,
    sum: number,
    min: number,
    max: number,
    last: number,
  ): void {
    const at = Math.floor((slot * baseStep - this.#start) / this.#step);
    if (at < 0 || at >= this.#sum.length) return;
    this.#covered[at] = this.#covered[at]! + baseStep;
    this.#count[at] = this.#count[at]! + count;
    this.#sum[at] = this.#sum[at]! + sum;
    if (min < this.#min[at]!) this.#min[at] = min;
    if (max > this.#max[at]!) this.#max[at] = max;
    this.#last[at] = last;
    const least = min > 0 ? min : max < 0 ? max : Math.abs(min) <= Math.abs(max) ? min : max;
    if (!(Math.abs(least) >= Math.abs(this.#absmin[at]!))) this.#absmin[at] = least;
  }

  /** The answer: NaN where too little is known. */
  finish(method: Method, xFilesFactor: number): Float64Array {
    const buckets = this.#sum.length;
    const values = new Float64Array(buckets).fill(Number.NaN);
    for (let at = 0; at < buckets; at++) {
      const count = this.#count[at]!;
      if (count === 0) continue;
      if (this.#isEvent) this.#fillIdle(at);
      else if (this.#covered[at]! < xFilesFactor * this.#step) continue;
      values[at] = this.#value(at, method);
    }
    return values;
  }

  /** Slots of an event counter without events are zeros: nothing happened in them. */
  #fillIdle(at: number): void {
    const slots = Math.max(1, Math.round(this.#step / this.#baseStep));
    if (this.#count[at]! < slots) {
      this.#min[at] = Math.min(this.#min[at]!, 0);
      this.#max[at] = Math.max(this.#max[at]!, 0);
      this.#absmin[at] = 0;
      this.#count[at] = slots;
    }
  }

  #value(at: number, method: Method): number {
    const min = this.#min[at]!;
    const max = this.#max[at]!;
    switch (method) {
      case "sum":
        return this.#sum[at]!;
      case "last":
        return this.#last[at]!;
      case "max":
        return max;
      case "min":
        return min;
      case "absmax":
        return Math.abs(min) > Math.abs(max) ? min : max;
      case "absmin":
        return this.#absmin[at]!;
      case "avg_zero":
        // Slots without data count as zeros; a slot with several samples counts as its mean.
        return (
          (this.#sum[at]! / this.#count[at]!) *
          Math.min(1, this.#isEvent ? 1 : this.#covered[at]! / this.#step)
        );
      default:
        return this.#sum[at]! / this.#count[at]!;
    }
  }
}
