import { type Bucket, setSingle } from "../bucket.ts";
import type { PagePool, PoolView } from "./page-pool.ts";
import { PagedRecords } from "./paged-records.ts";

import type { WideBuckets } from "./wide-buckets.ts";

/**
 * An append log of (slot, value) entries, each linked to the previous one of its series. Chains
 * are named by heads as `HeadWindow` has them: 0 is empty, -(e + 1) is the chain whose newest entry
 * is e.
 *
 *     word  field
 *      0    value
 *      1    slot (absolute; NaN when the entry was moved elsewhere)
 *      2    int32 previous entry or -1 | int32 1 + number of the wide entry, 0 for none
 *      3    int32 entries in the chain so far | int32 mark: of a stray the plan whose step the slot
 *           counts, in a window the highest slot of the chain, counted from the window's first
 */
export const ENTRY_WORDS = 4;
export const ENTRY_BYTES = ENTRY_WORDS * 8;

export class EntryChain {
  readonly #records: PagedRecords;
  readonly #words: Float64Array;
  readonly #ints: Int32Array;

  constructor(pool: PoolView, table: Int32Array) {
    this.#records = new PagedRecords(pool, table, ENTRY_WORDS);
    this.#words = pool.words;
    this.#ints = pool.ints;
  }

  get count(): number {
    return this.#records.count;
  }

  /** A new entry in front of the chain `head`; -1 when memory is out. The caller publishes it. */
  append(pool: PagePool, head: number, mark: number, slot: number, value: number): number {
    const entry = this.#records.append(pool);
    if (entry < 0) return -1;
    const at = this.#records.wordOf(entry);
    const previous = -head - 1;
    this.#words[at] = value;
    this.#words[at + 1] = slot;
    this.#ints[at * 2 + 4] = previous;
    this.#ints[at * 2 + 6] = previous < 0 ? 1 : this.depth(previous) + 1;
    this.#ints[at * 2 + 7] = mark;
    return entry;
  }

  value(entry: number): number {
    return this.#words[this.#records.wordOf(entry)]!;
  }
  slot(entry: number): number {
    return this.#words[this.#records.wordOf(entry) + 1]!;
  }
  previous(entry: number): number {
    return this.#ints[this.#records.wordOf(entry) * 2 + 4]!;
  }
  /** Number of the wide entry, or -1. */
  wideOf(entry: number): number {
    return Atomics.load(this.#ints, this.#records.wordOf(entry) * 2 + 5) - 1;
  }
  setWide(entry: number, wide: number): void {
    Atomics.store(this.#ints, this.#records.wordOf(entry) * 2 + 5, wide + 1);
  }
  depth(entry: number): number {
    return this.#ints[this.#records.wordOf(entry) * 2 + 6]!;
  }

  mark(entry: number): number {
    return this.#ints[this.#records.wordOf(entry) * 2 + 7]!;
  }

  replace(entry: number, value: number): void {
    this.#words[this.#records.wordOf(entry)] = value;
  }
  add(entry: number, value: number): void {
    const at = this.#records.wordOf(entry);
    this.#words[at] = this.#words[at]! + value;
  }
  /** Takes an entry out of its chain: its datapoint has moved. */
  kill(entry: number): void {
    this.#words[this.#records.wordOf(entry) + 1] = Number.NaN;
  }

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

  /** The chain's entry for a slot, or -1. */
  find(head: number, slot: number): number {
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      if (this.slot(entry) === slot) return entry;
    }
    return -1;
  }

  /** Entries of a chain, newest first, dead ones left out. */
  collect(head: number): number[] {
    const entries: number[] = [];
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      if (!Number.isNaN(this.slot(entry))) entries.push(entry);
    }
    return entries;
  }

  /** Copies the chain's slots over `values`; of several entries for a slot the newest counts. */
  readValues(head: number, firstSlot: number, values: Float64Array): void {
    const entries = this.collect(head);
    for (let i = entries.length - 1; i >= 0; i--) {
      const index = this.slot(entries[i]!) - firstSlot;
      if (index >= 0 && index < values.length) values[index] = this.value(entries[i]!);
    }
  }

  /**
   * The same for a stray log, whose entries belong to plans and where every entry of an event
   * counter is one more rate to add.
   */
  readStrays(
    head: number,
    plan: number,
    isEvent: boolean,
    firstSlot: number,
    values: Float64Array,
  ): void {
    const entries = this.collect(head);
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i]!;
      const index = this.slot(entry) - firstSlot;
      if (!(index >= 0 && index < values.length) || this.mark(entry) !== plan) continue;
      const old = values[index]!;
      const value = this.value(entry);
      values[index] = isEvent && !Number.isNaN(old) ? old + value : value;
    }
  }

  /** Calls `visit` for every entry, oldest first; a slot may come several times. */
  visitBuckets(
    head: number,
    wide: WideBuckets,
    bucket: Bucket,
    visit: (slot: number, bucket: Bucket) => void,
    plan = -1,
  ): void {
    const entries = this.collect(head);
    for (let i = entries.length - 1; i >= 0; i--) {
      if (plan >= 0 && this.mark(entries[i]!) !== plan) continue;
      this.readBucket(entries[i]!, wide, bucket);
      visit(this.slot(entries[i]!), bucket);
    }
  }

  readBucket(entry: number, wide: WideBuckets, into: Bucket): void {
    const number = this.wideOf(entry);
    if (number >= 0) wide.read(number, into);
    else setSingle(into, this.value(entry));
  }

  clear(pool: PagePool): void {
    this.#records.clear(pool);
  }
}
