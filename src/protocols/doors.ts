/**
 * What a receiver needs from the store. A *name* here is the number of an entry in a table of the
 * names that clients wrote, byte for byte; it stands for one series, for several (an istat caret
 * name) or for none (a refused name, remembered so that it is refused cheaply). Text exists only
 * when a name is seen for the first time.
 */
export interface NameTable {
  /**
   * Changes, between two chunks, when numbers of names get another meaning: a name that was
   * remembered must not be used then.
   */
  readonly generation: number;
  /**
   * The name that followed `previous` last time, if exactly its bytes and then a blank (32) stand
   * at `at`; else -1. `view` looks at the same memory as `bytes`.
   */
  successorAt(previous: number, bytes: Uint8Array, view: DataView, at: number, end: number): number;
  /** The name that followed `previous` last time, if it is exactly the bytes at [start, end). */
  successorIs(
    previous: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): number;
  /** Length in bytes of a name. */
  lengthOf(name: number): number;
  /** The name written at [start, end), made known if it is new. Never throws for bad names. */
  resolve(bytes: Uint8Array, start: number, end: number): number;
  /** Remembers that `name` followed `previous` (-1 for none) on some connection. */
  learn(previous: number, name: number): void;
}

/** Takes datapoints that replace their slot: carbon's. */
export interface PointSink {
  /**
   * `time` in seconds, already floored. When `decimals` is 0 to 7 the value is exactly
   * `mantissa / 10^decimals` (mantissa an integer below 2^48 in magnitude; its sign is in it, and a
   * negative zero is never passed this way); when it is -1 only `value` counts.
   */
  point(name: number, time: number, value: number, mantissa: number, decimals: number): void;
}

/** Takes samples that merge into their bucket: istat's. */
export interface SampleSink {
  sample(name: number, time: number, value: number): void;
  bucket(
    name: number,
    time: number,
    sum: number,
    sumOfSquares: number,
    min: number,
    max: number,
    count: number,
  ): void;
}

/** Counts what was refused, by reason, and keeps one sample a second per reason for the log. */
export interface Refusals {
  refuse(reason: string, sample?: () => string): void;
}
