import { type Bucket, setSingle } from "../bucket.ts";
import type { PagePool, PoolView } from "./page-pool.ts";
import { PagedRecords } from "./paged-records.ts";

import type { WideBuckets } from "./wide-buckets.ts";

/**
 * The append log of a stray log: (slot, value) entries, each linked to the previous one of its
 * series. Chains are named by heads: 0 is empty, -(e + 1) is the chain whose newest entry is e.
 *
 *     word  field
 *      0    value
 *      1    slot (absolute; NaN when the entry was moved elsewhere)
 *      2    int32 previous entry or -1 | int32 1 + number of the wide entry, 0 for none
 *      3    int32 plan whose step the slot counts | unused
 */
export const ENTRY_WORDS = 4;

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
  append(pool: PagePool, head: number, plan: number, slot: number, value: number): number {
    const entry = this.#records.append(pool);
    if (entry < 0) return -1;
    const at = this.#records.wordOf(entry);
    this.#words[at] = value;
    this.#words[at + 1] = slot;
    this.#ints[at * 2 + 4] = -head - 1;
    this.#ints[at * 2 + 6] = plan;
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
  plan(entry: number): number {
    return this.#ints[this.#records.wordOf(entry) * 2 + 6]!;
  }

  /** Takes an entry out of its chain: its datapoint has moved. */
  kill(entry: number): void {
    this.#words[this.#records.wordOf(entry) + 1] = Number.NaN;
  }

  /** Entries of a chain, newest first, dead ones left out. */
  collect(head: number): number[] {
    const entries: number[] = [];
    for (let entry = -head - 1; entry >= 0; entry = this.previous(entry)) {
      if (!Number.isNaN(this.slot(entry))) entries.push(entry);
    }
    return entries;
  }

  /**
   * Copies the chain's slots of a plan over `values`, the newest entry of each; every entry of an
   * event counter is one more rate to add.
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
      if (!(index >= 0 && index < values.length) || this.plan(entry) !== plan) continue;
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
    plan: number,
  ): void {
    const entries = this.collect(head);
    for (let i = entries.length - 1; i >= 0; i--) {
      if (this.plan(entries[i]!) !== plan) continue;
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
