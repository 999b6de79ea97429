import type { Bucket } from "../bucket.ts";
import type { FileSystem } from "../environment.ts";
import type { RecordVisitor } from "../wal/decoder.ts";
import { scanLog } from "../wal/scan.ts";

/** Times of the datapoints next to a hole in the log, seconds; null where there is none. */
export interface LostTimes {
  before: number | null;
  after: number | null;
}

interface Stretch {
  fromLsn: number;
  untilLsn: number;
}

/** Between which datapoints the lost stretches of a log lie, by their first position. */
export function timesAround(
  files: FileSystem,
  folder: string,
  storeId: Uint8Array,
  lost: readonly Stretch[],
): Map<number, LostTimes> {
  const visitor = new Neighbours(lost);
  // The log is read a second time only if there is something to say about it.
  if (lost.length > 0) scanLog(files, folder, storeId, visitor);
  return visitor.finish();
}

class Neighbours implements RecordVisitor {
  readonly #times = new Map<number, LostTimes>();
  readonly #lost: readonly Stretch[];
  #next = 0;
  #last: number | null = null;

  constructor(lost: readonly Stretch[]) {
    this.#lost = [...lost].sort((a, b) => a.fromLsn - b.fromLsn);
  }

  point(_series: number, time: number, _value: number, lsn: number): void {
    while (this.#next < this.#lost.length && lsn >= this.#lost[this.#next]!.fromLsn) {
      this.#end(time);
    }
    this.#last = time;
  }

  finish(): Map<number, LostTimes> {
    while (this.#next < this.#lost.length) this.#end(null);
    return this.#times;
  }

  bucket(series: number, time: number, _bucket: Bucket, lsn: number): void {
    this.point(series, time, 0, lsn);
  }

  plan(): void {}
  series(): void {}
  epoch(): void {}
  delete(): void {}
  open(): void {}
  cut(): void {}
  freeze(): void {}
  state(): void {}
  batch(): void {}

  #end(after: number | null): void {
    const { fromLsn } = this.#lost[this.#next++]!;
    this.#times.set(fromLsn, { before: this.#last, after });
  }
}
