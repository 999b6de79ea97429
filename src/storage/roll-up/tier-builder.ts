import { combinedM2 } from "../bucket.ts";
import type { BlockColumns } from "../statfile/block.ts";
import { EVERY_STATISTIC, type OnlyStatistic, statisticName } from "../statistic.ts";
import { DecimalSums } from "./decimal-sum.ts";
import { KnownStatistics } from "./known-statistics.ts";

/**
 * Builds the buckets of a tier from what is one tier finer, in the order of time: single values, or
 * buckets, of one series or of several one after the other. It is the one way in which roll-ups are made, before they are written and when they are
 * asked for earlier, so that an answer does not change when they are.
 */
export class TierBuilder {
  #capacity = 0;
  #start = 0;
  #step = 1;
  #buckets = 0;
  #count = new Float64Array(0);
  #slots = new Float64Array(0);
  #min = new Float64Array(0);
  #max = new Float64Array(0);
  #last = new Float64Array(0);
  /** When the slot of `last` starts: several series may go into one bucket. */
  #lastTime = new Float64Array(0);
  #m2 = new Float64Array(0);
  /** Sum of the samples, for their mean only. */
  #plain = new Float64Array(0);
  #absmin = new Float64Array(0);
  #sums = new DecimalSums(0);
  /** What is known by one statistic only; null until there is something. */
  #known: KnownStatistics | null = null;
  /** What a known slot counts for in the column of slots. */
  secondsPerSlot = 1;

  /** Begins with empty buckets of `step` seconds, the first one at time `start`. */
  begin(start: number, step: number, buckets: number): void {
    this.#start = start;
    this.#step = step;
    this.#buckets = buckets;
    if (buckets > this.#capacity) this.#grow(buckets);
    this.#count.fill(0, 0, buckets);
    this.#slots.fill(0, 0, buckets);
    this.#m2.fill(0, 0, buckets);
    this.#plain.fill(0, 0, buckets);
    this.#sums.clear(buckets);
    this.#known?.clear(buckets);
  }

  /** Adds single values: slot `firstSlot + i` of `step` seconds holds values[i], NaN for none. */
  addValues(step: number, firstSlot: number, values: Float64Array): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const time = (firstSlot + i) * step;
      const at = Math.floor((time - this.#start) / this.#step);
      if (at < 0 || at >= this.#buckets) continue;
      const count = this.#count[at]!;
      if (count === 0) {
        this.#min[at] = value;
        this.#max[at] = value;
        this.#absmin[at] = value;
      } else {
        this.#m2[at] = combinedM2(count, this.#plain[at]!, this.#m2[at]!, 1, value, 0);
        if (value < this.#min[at]!) this.#min[at] = value;
        if (value > this.#max[at]!) this.#max[at] = value;
        if (Math.abs(value) < Math.abs(this.#absmin[at]!)) this.#absmin[at] = value;
      }
      this.#count[at] = count + 1;
      this.#slots[at] = this.#slots[at]! + this.secondsPerSlot;
      this.#plain[at] = this.#plain[at]! + value;
      this.#setLast(at, time, count, value);
      this.#sums.add(at, value);
    }
  }

  /** Adds buckets: slot `firstSlot + i` of `step` seconds is bucket i of `columns`. */
  addBuckets(step: number, firstSlot: number, slots: number, columns: BlockColumns): void {
    for (let i = 0; i < slots; i++) {
      const added = columns.count[i]!;
      if (added === 0) continue;
      const time = (firstSlot + i) * step;
      const at = Math.floor((time - this.#start) / this.#step);
      if (at < 0 || at >= this.#buckets) continue;
      if (columns.only[i] !== EVERY_STATISTIC) {
        this.#addOnly(at, columns, i, time);
        continue;
      }
      const count = this.#count[at]!;
      const sum = columns.sum[i]!;
      const min = columns.min[i]!;
      const max = columns.max[i]!;
      const absmin = columns.absmin[i]!;
      if (count === 0) {
        this.#m2[at] = columns.m2[i]!;
        this.#min[at] = min;
        this.#max[at] = max;
        this.#absmin[at] = absmin;
      } else {
        const m2 = combinedM2(count, this.#plain[at]!, this.#m2[at]!, added, sum, columns.m2[i]!);
        this.#m2[at] = m2;
        if (min < this.#min[at]!) this.#min[at] = min;
        if (max > this.#max[at]!) this.#max[at] = max;
        if (Math.abs(absmin) < Math.abs(this.#absmin[at]!)) this.#absmin[at] = absmin;
      }
      this.#count[at] = count + added;
      this.#slots[at] = this.#slots[at]! + columns.slots[i]! * this.secondsPerSlot;
      this.#plain[at] = this.#plain[at]! + sum;
      this.#setLast(at, time, count, columns.last[i]!);
      this.#sums.add(at, sum);
    }
  }

  /** Known base slots of a bucket. */
  slotsOf(bucket: number): number {
    return this.#slots[bucket]! + (this.#known?.slotsOf(bucket) ?? 0);
  }

  /** Copies a bucket to slot `slot` of `into`. */
  copy(bucket: number, into: BlockColumns, slot: number): void {
    const only = this.#known?.statisticOf(bucket) ?? EVERY_STATISTIC;
    if (only !== EVERY_STATISTIC) {
      this.#copyOnly(bucket, only, into, slot);
      return;
    }
    into.only[slot] = EVERY_STATISTIC;
    into.count[slot] = this.#count[bucket]!;
    if (this.#count[bucket] === 0) return;
    into.slots[slot] = this.#slots[bucket]!;
    into.sum[slot] = this.#sums.get(bucket);
    into.min[slot] = this.#min[bucket]!;
    into.max[slot] = this.#max[bucket]!;
    into.last[slot] = this.#last[bucket]!;
    into.m2[slot] = this.#m2[bucket]!;
    into.absmin[slot] = this.#absmin[bucket]!;
  }

  #addOnly(at: number, columns: BlockColumns, i: number, time: number): void {
    this.#known ??= new KnownStatistics(this.#capacity);
    const slots = columns.slots[i]! * this.secondsPerSlot;
    this.#known.add(at, columns.only[i]!, columns.last[i]!, slots, time);
  }

  /** Of all that went into the bucket the one statistic that is known of all. */
  #copyOnly(bucket: number, only: number, into: BlockColumns, slot: number): void {
    const known = this.#known!;
    if (this.#count[bucket]! > 0) {
      const own = this.#statistic(bucket, statisticName(only));
      known.add(bucket, only, own, this.#slots[bucket]!, this.#lastTime[bucket]!);
      this.#count[bucket] = 0;
      this.#slots[bucket] = 0;
    }
    into.setOnly(slot, only, known.valueOf(bucket), known.slotsOf(bucket));
  }

  #statistic(bucket: number, name: OnlyStatistic): number {
    const min = this.#min[bucket]!;
    const max = this.#max[bucket]!;
    switch (name) {
      case "sum":
        return this.#sums.get(bucket);
      case "last":
        return this.#last[bucket]!;
      case "max":
        return max;
      case "min":
        return min;
      case "absmax":
        return Math.abs(min) > Math.abs(max) ? min : max;
      case "absmin":
        return this.#absmin[bucket]!;
      default:
        return this.#sums.get(bucket) / this.#count[bucket]!;
    }
  }

  #setLast(at: number, time: number, countBefore: number, value: number): void {
    if (countBefore > 0 && time < this.#lastTime[at]!) return;
    this.#last[at] = value;
    this.#lastTime[at] = time;
  }

  #grow(buckets: number): void {
    this.#capacity = buckets;
    this.#count = new Float64Array(buckets);
    this.#slots = new Float64Array(buckets);
    this.#min = new Float64Array(buckets);
    this.#max = new Float64Array(buckets);
    this.#last = new Float64Array(buckets);
    this.#lastTime = new Float64Array(buckets);
    this.#m2 = new Float64Array(buckets);
    this.#plain = new Float64Array(buckets);
    this.#absmin = new Float64Array(buckets);
    this.#sums = new DecimalSums(buckets);
    this.#known = null;
  }
}
