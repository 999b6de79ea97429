import { type Bucket, clearBucket, emptyBucket } from "../bucket.ts";
import { ABSMIN, ALL, COUNT, LAST, M2, MAX, MIN, SLOTS, SUM } from "../column.ts";
import { EVERY_STATISTIC } from "../statistic.ts";

/**
 * The buckets of one series over a stretch of slots, column by column, in working memory. A slot
 * whose count is 0 is empty.
 */
export class BlockColumns {
  readonly count: Float64Array;
  readonly slots: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly last: Float64Array;
  readonly m2: Float64Array;
  /** Value of least magnitude. */
  readonly absmin: Float64Array;
  /** The only statistic that is known of the slot, and `last` is its value; 0: all are known. */
  readonly only: Uint8Array;
  /** 1: a reader of several parts has taken the slot from an import as it is. */
  readonly imported: Uint8Array;
  readonly #bucket = emptyBucket();

  constructor(slots: number) {
    this.count = new Float64Array(slots);
    this.slots = new Float64Array(slots);
    this.sum = new Float64Array(slots);
    this.min = new Float64Array(slots);
    this.max = new Float64Array(slots);
    this.last = new Float64Array(slots);
    this.m2 = new Float64Array(slots);
    this.absmin = new Float64Array(slots);
    this.only = new Uint8Array(slots);
    this.imported = new Uint8Array(slots);
  }

  get length(): number {
    return this.count.length;
  }

  clear(slots: number): void {
    this.count.fill(0, 0, slots);
    this.imported.fill(0, 0, slots);
  }

  /** Copies a slot's bucket out; an empty slot gives the empty bucket. */
  get(slot: number, into: Bucket): void {
    if (this.count[slot] === 0) {
      clearBucket(into);
      return;
    }
    into.count = this.count[slot]!;
    into.slots = this.slots[slot]!;
    into.sum = this.sum[slot]!;
    into.min = this.min[slot]!;
    into.max = this.max[slot]!;
    into.last = this.last[slot]!;
    into.m2 = this.m2[slot]!;
  }

  set(slot: number, bucket: Bucket): void {
    this.count[slot] = bucket.count;
    this.slots[slot] = bucket.slots;
    this.sum[slot] = bucket.sum;
    this.min[slot] = bucket.min;
    this.max[slot] = bucket.max;
    this.last[slot] = bucket.last;
    this.m2[slot] = bucket.m2;
    this.absmin[slot] = likelyAbsmin(bucket.min, bucket.max);
    this.only[slot] = EVERY_STATISTIC;
  }

  /** Copies a slot as it is to another block. */
  copy(slot: number, into: BlockColumns, at: number): void {
    into.count[at] = this.count[slot]!;
    if (this.count[slot] === 0) return;
    into.slots[at] = this.slots[slot]!;
    into.sum[at] = this.sum[slot]!;
    into.min[at] = this.min[slot]!;
    into.max[at] = this.max[slot]!;
    into.last[at] = this.last[slot]!;
    into.m2[at] = this.m2[slot]!;
    into.absmin[at] = this.absmin[slot]!;
    into.only[at] = this.only[slot]!;
  }

  /** Makes a slot one of which a single statistic is known. */
  setOnly(slot: number, statistic: number, value: number, slots: number): void {
    this.count[slot] = 1;
    this.slots[slot] = slots;
    this.sum[slot] = Number.NaN;
    this.min[slot] = Number.NaN;
    this.max[slot] = Number.NaN;
    this.last[slot] = value;
    this.m2[slot] = Number.NaN;
    this.absmin[slot] = Number.NaN;
    this.only[slot] = statistic;
  }

  /** Calls `visit` for every slot that is not empty; the bucket is reused. */
  visit(slots: number, visit: (slot: number, bucket: Bucket) => void): void {
    for (let slot = 0; slot < slots; slot++) {
      if (this.count[slot] === 0) continue;
      this.get(slot, this.#bucket);
      visit(slot, this.#bucket);
    }
  }

  /** Column by bit of the column mask, in the order in which blocks store them. */
  columns(): [number, Float64Array][] {
    return [
      [LAST, this.last],
      [COUNT, this.count],
      [SLOTS, this.slots],
      [SUM, this.sum],
      [MIN, this.min],
      [MAX, this.max],
      [M2, this.m2],
      [ABSMIN, this.absmin],
    ];
  }

  /**
   * The columns that must be stored: only LAST when every bucket holds one sample, and ABSMIN only
   * when it does not follow from the extremes.
   */
  neededMask(slots: number): number {
    let mask = LAST;
    for (let slot = 0; slot < slots; slot++) {
      if (this.count[slot] === 0 || this.#isSingle(slot)) continue;
      mask |= ALL;
      if (!Object.is(this.absmin[slot], likelyAbsmin(this.min[slot]!, this.max[slot]!))) {
        return ALL | ABSMIN;
      }
    }
    return mask;
  }

  /** Whether a bucket is one sample, so that the rest of it follows from its value. */
  #isSingle(slot: number): boolean {
    const last = this.last[slot]!;
    return (
      this.count[slot] === 1 &&
      this.slots[slot] === 1 &&
      Object.is(this.sum[slot], last) &&
      Object.is(this.min[slot], last) &&
      Object.is(this.max[slot], last) &&
      this.m2[slot] === 0 &&
      Object.is(this.absmin[slot], last)
    );
  }
}

/**
 * The value of least magnitude as far as the extremes tell: exactly, when they are of one sign.
 * Else it may be any value between, and the smaller of the two is given.
 */
export function likelyAbsmin(min: number, max: number): number {
  if (min > 0) return min;
  if (max < 0) return max;
  return Math.abs(min) <= Math.abs(max) ? min : max;
}
