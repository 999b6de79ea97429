/**
 * What tells a reader that an answer about the past may no longer be true: counters in shared
 * memory. The thread that owns the head writes them, always *after* the change itself can be seen;
 * a reader that notes them *before* it reads can miss no change.
 *
 * Punctual datapoints are not counted: they belong to open windows, and an answer about a time
 * before all of those (`closedUntil` of a reader's view) is touched only by what is counted here.
 */
export class Changes {
  readonly #counts: Int32Array;

  static reserve(): SharedArrayBuffer {
    return new SharedArrayBuffer((FIRST + BUCKETS) * 4);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#counts = new Int32Array(memory);
  }

  /** Windows that were opened for a time that was closed already: after the clock was set back. */
  get reopened(): number {
    return Atomics.load(this.#counts, REOPENED);
  }

  reopen(): void {
    Atomics.add(this.#counts, REOPENED, 1);
  }

  /** Series share counters; two that do seem to change together. */
  bucketOf(series: number): number {
    return series & (BUCKETS - 1);
  }

  /** Late datapoints and new plans of the series of a bucket. */
  countOf(bucket: number): number {
    return Atomics.load(this.#counts, FIRST + bucket);
  }

  /** The past of a series has changed. */
  touch(series: number): void {
    Atomics.add(this.#counts, FIRST + (series & (BUCKETS - 1)), 1);
  }
}

const REOPENED = 0;
const FIRST = 16;
/** A power of two. */
const BUCKETS = 65_536;
