import { type Bucket, emptyBucket, setSingle } from "../bucket.ts";
import type { PagePool, PoolView } from "./page-pool.ts";
import { PagedRecords } from "./paged-records.ts";
import type { WideBuckets } from "./wide-buckets.ts";

/**
 * The slots of series that have no row in a window: an append log of entries, each linked to the
 * previous one of its series, one for each known slot. Chains are named by heads as `HeadWindow`
 * has them: 0 is empty, -(e + 1) is the chain whose newest entry is e. Slots are counted from the
 * window's first.
 *
 *     word  field
 *      0    value, or int32 number of the wide entry
 *      1    int32 previous entry or -1 | int32 bits 0-6 slot, 7-13 the chain's highest slot,
 *           14-20 entries in the chain so far, 29 wide, 30 becoming wide
 */
export const ENTRY_WORDS = 2;
export const ENTRY_BYTES = ENTRY_WORDS * 8;
const SLOT_MASK = 127;
const HIGHEST_SHIFT = 7;
const DEPTH_SHIFT = 14;
const WIDE = 1 << 29;
const CHANGING = 1 << 30;

export class SlotChain {
  readonly #records: PagedRecords;
  readonly #words: Float64Array;
  readonly #ints: Int32Array;
  readonly #scratch = emptyBucket();

  constructor(pool: PoolView, table: Int32Array) {
    this.#records = new PagedRecords(pool, table, ENTRY_WORDS);
    this.#words = pool.words;
    this.#ints = pool.ints;
  }

  get count(): number {
    return this.#records.count;
  }

  /** A new entry in front of the chain `head`; -1 when memory is out. The caller publishes it. */
  append(pool: PagePool, head: number, slot: number, value: number): number {
    const entry = this.#records.append(pool);
    if (entry < 0) return -1;
    const at = this.#records.wordOf(entry);
    const highest = Math.max(slot, this.highest(head));
    const depth = this.depth(head) + 1;
    this.#words[at] = value;
    this.#ints[at * 2 + 2] = -head - 1;
    this.#ints[at * 2 + 3] = slot | (highest << HIGHEST_SHIFT) | (depth << DEPTH_SHIFT);
    return entry;
  }

  /** Highest slot of a chain, -1 of the empty one. */
  highest(head: number): number {
    return head === 0 ? -1 : (this.#bits(-head - 1) >> HIGHEST_SHIFT) & SLOT_MASK;
  }

  /** Entries of a chain. */
  depth(head: number): number {
    return head === 0 ? 0 : (this.#bits(-head - 1) >> DEPTH_SHIFT) & SLOT_MASK;
  }

  /** Whether the entries of a chain came slot by slot, without a gap. */
  isRun(head: number): boolean {
    let slot = this.highest(head);
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      if (this.slot(entry) !== slot--) return false;
    }
    return true;
  }

  slot(entry: number): number {
    return this.#bits(entry) & SLOT_MASK;
  }

  previous(entry: number): number {
    return this.#ints[this.#records.wordOf(entry) * 2 + 2]!;
  }

  /** The chain's entry for a slot, or -1. */
  find(head: number, slot: number): number {
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      if (this.slot(entry) === slot) return entry;
    }
    return -1;
  }

  /** Number of the wide entry, or -1. Writer only. */
  wideOf(entry: number): number {
    const at = this.#records.wordOf(entry) * 2;
    return (this.#ints[at + 3]! & WIDE) === 0 ? -1 : this.#ints[at]!;
  }

  /** The value of an entry that is not wide. */
  value(entry: number): number {
    return this.#words[this.#records.wordOf(entry)]!;
  }

  replace(entry: number, value: number): void {
    this.#words[this.#records.wordOf(entry)] = value;
  }

  add(entry: number, value: number): void {
    const at = this.#records.wordOf(entry);
    this.#words[at] = this.#words[at]! + value;
  }

  setWide(entry: number, wide: number): void {
    const at = this.#records.wordOf(entry) * 2;
    const bits = this.#ints[at + 3]!;
    Atomics.store(this.#ints, at + 3, bits | CHANGING);
    Atomics.store(this.#ints, at, wide);
    Atomics.store(this.#ints, at + 3, bits | WIDE);
  }

  /** Merges samples into an entry; false when memory is out. */
  merge(
    pool: PagePool,
    wide: WideBuckets,
    entry: number,
    count: number,
    sum: number,
    min: number,
    max: number,
    last: number,
    m2: number,
  ): boolean {
    let known = this.wideOf(entry);
    if (known < 0) {
      const old = this.value(entry);
      known = wide.append(pool, 1, old, old, old, old, 0);
      if (known < 0) return false;
      wide.add(known, count, sum, min, max, last, m2);
      this.setWide(entry, known);
      return true;
    }
    wide.add(known, count, sum, min, max, last, m2);
    return true;
  }

  /** Copies the chain over `values`, whose first is that of slot `shift`. */
  readValues(head: number, wide: WideBuckets, shift: number, values: Float64Array): void {
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      const index = this.slot(entry) - shift;
      if (index < 0 || index >= values.length) continue;
      this.readBucket(entry, wide, this.#scratch);
      values[index] = this.#scratch.last;
    }
  }

  /** Calls `visit` for every entry; the bucket is reused. */
  visitBuckets(
    head: number,
    wide: WideBuckets,
    bucket: Bucket,
    visit: (slot: number, bucket: Bucket) => void,
  ): void {
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      this.readBucket(entry, wide, bucket);
      visit(this.slot(entry), bucket);
    }
  }

  readBucket(entry: number, wide: WideBuckets, into: Bucket): void {
    const at = this.#records.wordOf(entry);
    for (;;) {
      const bits = Atomics.load(this.#ints, at * 2 + 3);
      if ((bits & CHANGING) !== 0) continue;
      if ((bits & WIDE) !== 0) {
        wide.read(Atomics.load(this.#ints, at * 2), into);
        return;
      }
      const value = this.#words[at]!;
      if (Atomics.load(this.#ints, at * 2 + 3) !== bits) continue;
      setSingle(into, value);
      return;
    }
  }

  clear(pool: PagePool): void {
    this.#records.clear(pool);
  }

  #bits(entry: number): number {
    return Atomics.load(this.#ints, this.#records.wordOf(entry) * 2 + 3);
  }
}
