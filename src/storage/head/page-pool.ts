/**
 * The memory of the head: pages of 64 KiB in one shared buffer that is reserved at the start;
 * an untouched page costs nothing. Pages are taken and given back by the ingest thread alone;
 * other threads read the pages that a window or a stray log refers to.
 *
 * Page 0 is never handed out: 0 means "no page" in every table of pages.
 */
export const PAGE_WORDS = 8192;
export const PAGE_BYTES = PAGE_WORDS * 8;

/** The pool as a reader sees it. */
export class PoolView {
  readonly words: Float64Array;
  readonly ints: Int32Array;
  readonly pages: number;

  static reserve(pages: number): SharedArrayBuffer {
    return new SharedArrayBuffer(pages * PAGE_BYTES);
  }

  constructor(memory: SharedArrayBuffer) {
    this.words = new Float64Array(memory);
    this.ints = new Int32Array(memory);
    this.pages = memory.byteLength / PAGE_BYTES;
  }
}

/** The pool as its owner sees it. */
export class PagePool extends PoolView {
  readonly #freed: number[] = [];
  #untouched = 1;

  /** Pages that can still be taken. */
  get available(): number {
    return this.pages - this.#untouched + this.#freed.length;
  }

  get used(): number {
    return this.pages - 1 - this.available;
  }

  /** A page filled with `fill`, or 0 when there is none left. */
  take(fill: number): number {
    let page = this.#freed.pop();
    if (page === undefined) {
      if (this.#untouched >= this.pages) return 0;
      page = this.#untouched++;
      if (fill === 0) return page;
    }
    this.words.fill(fill, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
    return page;
  }

  give(page: number): void {
    this.#freed.push(page);
  }
}
