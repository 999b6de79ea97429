import {
  type ForeignFile,
  ForeignFileError,
  foreignFileOf,
  openForeignFile,
} from "../foreign-file.ts";
import {
  AGGREGATE,
  BUCKET,
  BUCKET_BYTES,
  HEADER_BYTES,
  IstatdBuckets,
  type IstatdHeader,
} from "./format.ts";
import { parseHeader } from "./header.ts";

/** Buckets that are read at a time. */
const CHUNK_BUCKETS = 1 << 13;

const chunk = new Uint8Array(CHUNK_BUCKETS * BUCKET_BYTES);
const chunkView = new DataView(chunk.buffer);
let around: IstatdBuckets | null = null;

/**
 * An open StatFile of istatd, read with positional reads while istatd may write into it. Other than
 * istatd's own tools it never writes.
 *
 * A bucket has an index, counted in intervals from the creation of the file, and lies in place index
 * mod `ring`. It is *current* if it is one of the last `ring` ones and its time is in the interval of
 * its index; any other is stale: it was left from an earlier round. The time is the start of the
 * interval, but for buckets that `istatd_import` has put there.
 *
 * istatd rounds indexes towards zero. So in a file's time before its creation only samples from the
 * first second of an interval have its index; all others of it have the next one. A bucket from then
 * may lie in its own place, in the next one, or in part in both.
 */
export class IstatdFile {
  readonly header: IstatdHeader;
  /** Buckets that there is place for. */
  readonly ring: number;
  readonly #file: ForeignFile;

  /**
   * @throws ForeignFileError when it is no whole StatFile
   * @throws Error when it cannot be read
   */
  static open(path: string): IstatdFile {
    const file = openForeignFile(path);
    try {
      return new IstatdFile(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** A file that is in memory. @throws ForeignFileError */
  static of(bytes: Uint8Array): IstatdFile {
    return new IstatdFile(foreignFileOf(bytes));
  }

  private constructor(file: ForeignFile) {
    this.#file = file;
    const first = new Uint8Array(Math.min(file.size, HEADER_BYTES));
    const header = parseHeader(first.subarray(0, file.read(first, 0)), file.size);
    if (typeof header === "string") throw new ForeignFileError(header);
    this.header = header;
    this.ring = (header.pages * header.pageBytes) / BUCKET_BYTES;
  }

  /** Seconds between which current buckets start, [from, until). */
  get reach(): [number, number] {
    const { lastIndex } = this.header;
    const firstIndex = lastIndex - this.ring + 1;
    return [this.timeOf(firstIndex <= 0 ? firstIndex - 1 : firstIndex), this.timeOf(lastIndex + 1)];
  }

  /** Where `reach` begins, or the first bucket that was ever written; seconds. */
  get oldest(): number {
    const { firstIndex, lastIndex } = this.header;
    const first = Math.min(lastIndex, firstIndex <= 0 ? firstIndex - 1 : firstIndex);
    return Math.max(this.reach[0], this.timeOf(first));
  }

  /** Start of the bucket of an index, seconds. */
  timeOf(index: number): number {
    return this.header.created + index * this.header.interval;
  }

  /** Whether what lies in the place of an index, and has that time, belongs there. */
  isCurrent(index: number, time: number): boolean {
    const { interval, lastIndex } = this.header;
    if (index <= lastIndex - this.ring || index > lastIndex || !(time > 0)) return false;
    return (
      time >= this.timeOf(index <= 0 ? index - 1 : index) && time < this.timeOf(index) + interval
    );
  }

  /**
   * Fills buckets[0..slots) with the current ones of the intervals number `firstSlot`
   * (floor(t / interval)) and those after it; where there is none the time is 0. Returns how many
   * there are.
   *
   * @throws ForeignFileError when the file was cut off meanwhile
   */
  read(firstSlot: number, slots: number, buckets: IstatdBuckets): number {
    const { created, interval, lastIndex } = this.header;
    const firstIndex = firstSlot - created / interval;
    const zero = Math.max(0, Math.min(slots, -firstIndex));
    buckets.time.fill(0, 0, slots);
    let known = this.#readBeforeCreation(firstIndex, zero, buckets);
    const from = Math.max(zero, lastIndex - this.ring + 1 - firstIndex);
    const until = Math.min(slots, lastIndex + 1 - firstIndex);
    if (from >= until) return known;
    this.readIndexes(firstIndex + from, until - from, buckets, from);
    for (let i = from; i < until; i++) {
      const time = buckets.time[i]!;
      if (time > 0 && Math.floor(time / interval) === firstSlot + i) known++;
      else buckets.time[i] = 0;
    }
    return known;
  }

  /**
   * Fills buckets[at..at + count) with what lies in the places of the indexes from `firstIndex` on,
   * stale or not.
   *
   * @throws ForeignFileError when the file was cut off meanwhile
   */
  readIndexes(firstIndex: number, count: number, buckets: IstatdBuckets, at = 0): void {
    const { pageBytes } = this.header;
    for (let done = 0; done < count; ) {
      const index = firstIndex + done;
      const place = index - Math.floor(index / this.ring) * this.ring;
      const some = Math.min(CHUNK_BUCKETS, this.ring - place, count - done);
      const bytes = chunk.subarray(0, some * BUCKET_BYTES);
      if (this.#file.read(bytes, pageBytes + place * BUCKET_BYTES) !== bytes.length) {
        throw new ForeignFileError("it is cut off");
      }
      for (let i = 0; i < some; i++) take(i * BUCKET_BYTES, buckets, at + done + i);
      done += some;
    }
  }

  close(): void {
    this.#file.close();
  }

  /** Fills buckets[0..count), all of them of indexes below 0; returns how many there are. */
  #readBeforeCreation(firstIndex: number, count: number, buckets: IstatdBuckets): number {
    const { interval, lastIndex } = this.header;
    const lowest = lastIndex - this.ring + 1;
    let known = 0;
    // Of the first index in the ring there may be the bucket before.
    for (let at = Math.max(0, lowest - 1 - firstIndex); at < count; at += CHUNK_BUCKETS) {
      const some = Math.min(CHUNK_BUCKETS, count - at);
      const index = firstIndex + at;
      if (index > lastIndex) return known;
      around ??= new IstatdBuckets(CHUNK_BUCKETS + 1);
      this.readIndexes(index, some + 1, around);
      for (let i = 0; i < some; i++) {
        const start = this.timeOf(index + i);
        for (const place of [i, i + 1]) {
          const time = around.time[place]!;
          if (!this.isCurrent(index + place, time)) continue;
          if (time >= start && time < start + interval) this.#join(around, place, buckets, at + i);
        }
        if (buckets.time[at + i] !== 0) known++;
      }
    }
    return known;
  }

  /** Adds another part of a bucket, of which there may be one already. */
  #join(from: IstatdBuckets, at: number, into: IstatdBuckets, place: number): void {
    const { flags, fixedCount } = this.header;
    if (into.time[place] === 0 || into.count[place] === 0) copyBucket(from, at, into, place);
    else if (from.count[at] !== 0) {
      mergeBucket(from, at, into, place);
      if ((flags & AGGREGATE) !== 0) into.count[place] = fixedCount;
    }
  }
}

export function copyBucket(
  from: IstatdBuckets,
  at: number,
  into: IstatdBuckets,
  place: number,
): void {
  into.time[place] = from.time[at]!;
  into.sum[place] = from.sum[at]!;
  into.min[place] = from.min[at]!;
  into.max[place] = from.max[at]!;
  into.count[place] = from.count[at]!;
  into.sumSq[place] = from.sumSq[at]!;
}

/** Adds the samples of a bucket to those of another one of the same time. */
export function mergeBucket(
  from: IstatdBuckets,
  at: number,
  into: IstatdBuckets,
  place: number,
): void {
  into.sum[place] = into.sum[place]! + from.sum[at]!;
  into.min[place] = Math.min(into.min[place]!, from.min[at]!);
  into.max[place] = Math.max(into.max[place]!, from.max[at]!);
  into.count[place] = into.count[place]! + from.count[at]!;
  into.sumSq[place] = Math.fround(into.sumSq[place]! + from.sumSq[at]!);
}

/** Two halves instead of a BigInt: a time beyond 2^53 is none that a bucket can have. */
function take(from: number, into: IstatdBuckets, at: number): void {
  const high = chunkView.getInt32(from + BUCKET.time + 4, true);
  into.time[at] = high * 2 ** 32 + chunkView.getUint32(from + BUCKET.time, true);
  into.sum[at] = chunkView.getFloat64(from + BUCKET.sum, true);
  into.min[at] = chunkView.getFloat32(from + BUCKET.min, true);
  into.max[at] = chunkView.getFloat32(from + BUCKET.max, true);
  into.count[at] = chunkView.getInt32(from + BUCKET.count, true);
  into.sumSq[at] = chunkView.getFloat32(from + BUCKET.sumSq, true);
}
