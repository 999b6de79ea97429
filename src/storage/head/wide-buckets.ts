import { type Bucket, combinedM2 } from "../bucket.ts";
import type { PagePool, PoolView } from "./page-pool.ts";
import { PagedRecords } from "./paged-records.ts";

/**
 * Wide entries: buckets with more than one sample, in the head.
 *
 *     word  field
 *      0    sequence (int32): odd while the writer is at work
 *      1    count     2 sum     3 min     4 max     5 last     6 M2
 *
 * A reader copies an entry between two equal, even sequence numbers, so it never sees a count
 * without its sum.
 */
const WORDS = 8;

export class WideBuckets {
  readonly #records: PagedRecords;

  static tableLength(maxEntries: number): number {
    return PagedRecords.tableLength(maxEntries, WORDS);
  }

  constructor(pool: PoolView, table: Int32Array) {
    this.#records = new PagedRecords(pool, table, WORDS);
  }

  /** A new entry with one set of samples in it; -1 when memory is out. */
  append(
    pool: PagePool,
    count: number,
    sum: number,
    min: number,
    max: number,
    last: number,
    m2: number,
  ): number {
    const entry = this.#records.append(pool);
    if (entry < 0) return -1;
    const at = this.#records.wordOf(entry);
    const words = this.#records.words;
    words[at + 1] = count;
    words[at + 2] = sum;
    words[at + 3] = min;
    words[at + 4] = max;
    words[at + 5] = last;
    words[at + 6] = m2;
    return entry;
  }

  add(
    entry: number,
    count: number,
    sum: number,
    min: number,
    max: number,
    last: number,
    m2: number,
  ): void {
    const at = this.#records.wordOf(entry);
    const words = this.#records.words;
    Atomics.add(this.#records.ints, at * 2, 1);
    words[at + 6] = combinedM2(words[at + 1]!, words[at + 2]!, words[at + 6]!, count, sum, m2);
    words[at + 1] = words[at + 1]! + count;
    words[at + 2] = words[at + 2]! + sum;
    if (min < words[at + 3]!) words[at + 3] = min;
    if (max > words[at + 4]!) words[at + 4] = max;
    words[at + 5] = last;
    Atomics.add(this.#records.ints, at * 2, 1);
  }

  read(entry: number, into: Bucket): void {
    const at = this.#records.wordOf(entry);
    const words = this.#records.words;
    for (;;) {
      const before = Atomics.load(this.#records.ints, at * 2);
      if ((before & 1) !== 0) continue;
      into.count = words[at + 1]!;
      into.slots = 1;
      into.sum = words[at + 2]!;
      into.min = words[at + 3]!;
      into.max = words[at + 4]!;
      into.last = words[at + 5]!;
      into.m2 = words[at + 6]!;
      if (Atomics.load(this.#records.ints, at * 2) === before) return;
    }
  }

  /** The newest sample of an entry. Writer only. */
  lastOf(entry: number): number {
    return this.#records.words[this.#records.wordOf(entry) + 5]!;
  }

  clear(pool: PagePool): void {
    this.#records.clear(pool);
  }
}
