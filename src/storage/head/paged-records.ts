import { PAGE_WORDS, type PagePool, type PoolView } from "./page-pool.ts";

/**
 * An append-only list of fixed-size records in pool pages. `table` holds the page numbers and, in
 * its last element, the count; both are shared, so that a reader follows the same list.
 */
export class PagedRecords {
  readonly words: Float64Array;
  readonly ints: Int32Array;
  readonly #table: Int32Array;
  readonly #perPage: number;
  /** Records of a page and words of a record as shifts: this is in every loop over datapoints. */
  readonly #pageShift: number;
  readonly #recordShift: number;

  /** Elements that a table for `maxRecords` needs. */
  static tableLength(maxRecords: number, recordWords: number): number {
    return Math.ceil(maxRecords / (PAGE_WORDS / recordWords)) + 1;
  }

  /** `recordWords` is a power of two. */
  constructor(pool: PoolView, table: Int32Array, recordWords: number) {
    this.words = pool.words;
    this.ints = pool.ints;
    this.#table = table;
    this.#perPage = PAGE_WORDS / recordWords;
    this.#pageShift = Math.log2(this.#perPage);
    this.#recordShift = Math.log2(recordWords);
  }

  get count(): number {
    return this.#table[this.#table.length - 1]!;
  }

  /** Index into `words` of a record's first word. */
  wordOf(record: number): number {
    const page = this.#table[record >> this.#pageShift]!;
    return page * PAGE_WORDS + ((record & (this.#perPage - 1)) << this.#recordShift);
  }

  /** Number of a new record, all zero; -1 when the list or the pool is full. */
  append(pool: PagePool): number {
    const last = this.#table.length - 1;
    const record = this.#table[last]!;
    if (record % this.#perPage === 0) {
      const index = record / this.#perPage;
      if (index >= last) return -1;
      const page = pool.take(0);
      if (page === 0) return -1;
      this.#table[index] = page;
    }
    this.#table[last] = record + 1;
    return record;
  }

  /** Gives all pages back. No reader may follow the list any more. */
  clear(pool: PagePool): void {
    const last = this.#table.length - 1;
    const pages = Math.ceil(this.#table[last]! / this.#perPage);
    for (let i = 0; i < pages; i++) {
      pool.give(this.#table[i]!);
      this.#table[i] = 0;
    }
    this.#table[last] = 0;
  }
}
