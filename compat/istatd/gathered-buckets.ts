import { EVENT, type Mode } from "../../src/storage/plan.ts";
import { type BlockColumns, likelyAbsmin } from "../../src/storage/statfile/block.ts";
import { EVERY_STATISTIC } from "../../src/storage/statistic.ts";
import { AGGREGATE, COLLATED, IstatdBuckets } from "./format.ts";
import type { IstatdFile } from "./istatd-file.ts";

const CHUNK_BUCKETS = 1 << 12;
const buckets = new IstatdBuckets(CHUNK_BUCKETS);

/** Buckets of istatd on their way into a stretch of a tier: those that start in a slot are merged. */
export class GatheredBuckets {
  #step = 1;
  #firstSlot = 0;
  #slots = 0;
  /** Seconds to which rates of an event counter refer; null where rates are samples like others. */
  #rateSeconds: number | null = null;
  /** 1 in slots that are known. */
  #isKnown = new Uint8Array(0);
  #count = new Float64Array(0);
  #sum = new Float64Array(0);
  #min = new Float64Array(0);
  #max = new Float64Array(0);
  #sumSq = new Float64Array(0);
  #values = new Float64Array(0);
  /** Slots that are known. */
  points = 0;

  begin(step: number, firstSlot: number, slots: number, rateSeconds: number | null): void {
    this.#step = step;
    this.#firstSlot = firstSlot;
    this.#slots = slots;
    this.#rateSeconds = rateSeconds;
    this.points = 0;
    if (this.#isKnown.length < slots) {
      this.#isKnown = new Uint8Array(slots);
      this.#count = new Float64Array(slots);
      this.#sum = new Float64Array(slots);
      this.#min = new Float64Array(slots);
      this.#max = new Float64Array(slots);
      this.#sumSq = new Float64Array(slots);
      this.#values = new Float64Array(slots);
    }
    this.#isKnown.fill(0, 0, slots);
  }

  /** Takes what a file has of slots [from, until). @throws ForeignFileError when it was cut off */
  add(file: IstatdFile, from: number, until: number): void {
    const { interval, flags, fixedCount } = file.header;
    const isCollated = (flags & COLLATED) !== 0;
    const fixed = (flags & AGGREGATE) !== 0 && fixedCount > 0 ? fixedCount : 0;
    // Seconds to which the rates in the file refer.
    const rateSeconds = fixed > 0 ? interval / fixed : interval;
    const scale = this.#rateSeconds === null ? 1 : rateSeconds / this.#rateSeconds;
    const end = Math.ceil((until * this.#step) / interval);
    for (let at = Math.ceil((from * this.#step) / interval); at < end; at += CHUNK_BUCKETS) {
      const some = Math.min(CHUNK_BUCKETS, end - at);
      if (file.read(at, some, buckets) === 0) continue;
      for (let i = 0; i < some; i++) {
        if (buckets.time[i] === 0) continue;
        const slot = Math.floor(((at + i) * interval) / this.#step) - this.#firstSlot;
        const count = isCollated ? 1 : fixed > 0 ? fixed : buckets.count[i]!;
        this.#merge(slot, i, count, scale);
      }
    }
  }

  /** One number a slot: events per second, or the mean of all samples; NaN for none. */
  values(mode: Mode): Float64Array {
    const values = this.#values.subarray(0, this.#slots);
    for (let i = 0; i < this.#slots; i++) {
      if (this.#isKnown[i] === 0) values[i] = Number.NaN;
      else values[i] = mode === EVENT ? this.#sum[i]! : this.#sum[i]! / this.#count[i]!;
    }
    return values;
  }

  /**
   * Fills columns[0..slots). `known` is of how many slots of the finest tier each bucket is made, 0
   * where that cannot be told; null in the finest tier itself. A bucket has room for `all`: as istatd
   * shows it whatever it is made of, nothing of it counts as missing where that cannot be told.
   */
  fill(
    columns: BlockColumns,
    known: Float64Array | null,
    guessed: Uint8Array,
    mode: Mode,
    all: number,
  ): void {
    columns.clear(this.#slots);
    columns.only.fill(EVERY_STATISTIC, 0, this.#slots);
    for (let i = 0; i < this.#slots; i++) {
      if (this.#isKnown[i] === 0) continue;
      let count = this.#count[i]!;
      let slots = 1;
      if (known !== null) {
        slots = known[i]!;
        if (slots === 0) {
          guessed[i] = 1;
          slots = all;
        }
        // Of an event counter each slot is one sample; those that are not known are idle.
        if (mode === EVENT) count = slots;
      }
      const sum = this.#sum[i]!;
      const isSingle =
        count === 1 && Math.fround(sum) === this.#min[i] && Math.fround(sum) === this.#max[i];
      columns.count[i] = count;
      columns.slots[i] = slots;
      columns.sum[i] = sum;
      columns.min[i] = isSingle ? sum : this.#min[i]!;
      columns.max[i] = isSingle ? sum : this.#max[i]!;
      columns.last[i] = isSingle ? sum : sum / count;
      columns.m2[i] = count < 2 ? 0 : Math.max(0, this.#sumSq[i]! - (sum * sum) / count);
      columns.absmin[i] = likelyAbsmin(columns.min[i]!, columns.max[i]!);
    }
  }

  #merge(slot: number, from: number, count: number, scale: number): void {
    if (slot < 0 || slot >= this.#slots || !(count > 0)) return;
    const sum = buckets.sum[from]! * scale;
    const min = buckets.min[from]!;
    const max = buckets.max[from]!;
    // Nothing that istatd has written; what it is nobody knows.
    if (Number.isNaN(sum) || !(min <= max)) return;
    const samples = count * scale;
    const sumSq = buckets.sumSq[from]! * scale;
    if (this.#isKnown[slot] === 0) {
      this.#isKnown[slot] = 1;
      this.points++;
      this.#count[slot] = samples;
      this.#sum[slot] = sum;
      this.#min[slot] = min;
      this.#max[slot] = max;
      this.#sumSq[slot] = sumSq;
      return;
    }
    this.#count[slot] = this.#count[slot]! + samples;
    this.#sum[slot] = this.#sum[slot]! + sum;
    this.#min[slot] = Math.min(this.#min[slot]!, min);
    this.#max[slot] = Math.max(this.#max[slot]!, max);
    this.#sumSq[slot] = this.#sumSq[slot]! + sumSq;
  }
}
