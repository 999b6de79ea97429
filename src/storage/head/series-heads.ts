import { PAGE_WORDS, type PagePool, type PoolView } from "./page-pool.ts";

/** Series whose heads share a page. */
const SERIES_PER_PAGE = PAGE_WORDS * 2;
const SHIFT = 14;

/**
 * A number by series, 0 for most: where what a window or a stray log holds of the series begins.
 * Kept in pages of the pool, each taken when the first of its series needs it, so that series
 * that are silent cost nothing. Page 0 of the pool is never taken and all zero: a missing page
 * reads as it should without being asked for.
 */
export class SeriesHeads {
  readonly #table: Int32Array;
  readonly #ints: Int32Array;

  /** Elements that the table of pages needs. */
  static tableLength(maxSeries: number): number {
    return Math.ceil(maxSeries / SERIES_PER_PAGE);
  }

  constructor(pool: PoolView, table: Int32Array) {
    this.#table = table;
    this.#ints = pool.ints;
  }

  get(series: number): number {
    const page = this.#table[series >>> SHIFT]!;
    return Atomics.load(this.#ints, page * SERIES_PER_PAGE + (series & (SERIES_PER_PAGE - 1)));
  }

  /** Makes sure that `set` has a page; false when memory is out. Writer only. */
  reserve(pool: PagePool, series: number): boolean {
    const index = series >>> SHIFT;
    if (this.#table[index] !== 0) return true;
    const page = pool.take(0);
    if (page === 0) return false;
    Atomics.store(this.#table, index, page);
    return true;
  }

  /** Publishes what was written for the series. Only after `reserve`. */
  set(series: number, head: number): void {
    const page = this.#table[series >>> SHIFT]!;
    Atomics.store(this.#ints, page * SERIES_PER_PAGE + (series & (SERIES_PER_PAGE - 1)), head);
  }

  /** The first series from `from` on whose head is not 0 and that is below `to`; `to` for none. */
  next(from: number, to: number): number {
    for (let series = from; series < to; series++) {
      if (this.#table[series >>> SHIFT] === 0) series |= SERIES_PER_PAGE - 1;
      else if (this.get(series) !== 0) return series;
    }
    return to;
  }

  /** Gives all pages back. No reader may look any more. */
  clear(pool: PagePool): void {
    for (let i = 0; i < this.#table.length; i++) {
      if (this.#table[i] === 0) continue;
      pool.give(this.#table[i]!);
      this.#table[i] = 0;
    }
  }
}
