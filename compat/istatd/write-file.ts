import { closeSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { shown } from "./filedump.ts";
import {
  AGGREGATE,
  BUCKET,
  BUCKET_BYTES,
  HEADER,
  HEADER_BYTES,
  MAGIC,
  MIN_PAGES,
  NAME_BYTES,
  OLDEST_VERSION,
  PAGE_BYTES,
  VERSION,
} from "./format.ts";
import type { IstatdSamples } from "./update-file.ts";

/** What a file is to be. */
export interface IstatdContents {
  /** Seconds per bucket. */
  interval: number;
  /** Buckets that it has to have room for; istatd rounds them up to pages. */
  buckets: number;
  flags: number;
  /** Of an aggregate: samples that each bucket is said to have. */
  fixedCount: number;
}

const PAGE_BUCKETS = PAGE_BYTES / BUCKET_BYTES;
/** Pages that are written at a time. */
const CHUNK_PAGES = 16;
const CHUNK_BUCKETS = CHUNK_PAGES * PAGE_BUCKETS;
const MAX_COUNT = 2 ** 31 - 1;

/** Bytes of a whole file. */
export function fileBytes({ buckets }: Pick<IstatdContents, "buckets">): number {
  return (pagesOf(buckets) + 1) * PAGE_BYTES;
}

/**
 * Writes a file of version 8 under a temporary name and renames it, so that no reader sees half of
 * it. `samples` are buckets in the order of time, which all have room in the file: the first one
 * tells when it was made. Returns how many there were; without any nothing is written.
 */
export function writeIstatdFile(
  path: string,
  contents: IstatdContents,
  samples: Iterable<IstatdSamples>,
): number {
  const temporary = `${path}.tmp`;
  let file: number | null = null;
  const writer = new PageWriter(contents, (bytes, position) => {
    file ??= openSync(temporary, "w");
    writeSync(file, bytes, 0, bytes.length, position);
  });
  try {
    for (const bucket of samples) writer.add(bucket);
    writer.finish(path);
    if (file !== null) ftruncateSync(file, fileBytes(contents));
  } catch (error) {
    if (file !== null) closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  if (file === null) return 0;
  closeSync(file);
  renameSync(temporary, path);
  return writer.written;
}

/** The bytes of a whole file: for small ones. */
export function istatdFileBytes(
  contents: IstatdContents,
  samples: Iterable<IstatdSamples>,
  name = "",
): Uint8Array {
  const whole = new Uint8Array(fileBytes(contents));
  const writer = new PageWriter(contents, (bytes, position) => whole.set(bytes, position));
  for (const bucket of samples) writer.add(bucket);
  writer.finish(name);
  return whole;
}

/** Fills pages from front to back: the places of buckets in a new file are in the order of time. */
class PageWriter {
  readonly #contents: IstatdContents;
  readonly #put: (bytes: Uint8Array, position: number) => void;
  readonly #chunk = new Uint8Array(CHUNK_PAGES * PAGE_BYTES);
  readonly #view = new DataView(this.#chunk.buffer);
  #chunkNumber = 0;
  #created = 0;
  #lastIndex = 0;
  #totalSum = 0;
  #totalSumSq = 0;
  #totalCount = 0;
  written = 0;

  constructor(contents: IstatdContents, put: (bytes: Uint8Array, position: number) => void) {
    this.#contents = contents;
    this.#put = put;
  }

  add(samples: IstatdSamples): void {
    const { interval, flags, fixedCount, buckets } = this.#contents;
    const time = Math.floor(samples.time / interval) * interval;
    if (this.written === 0) this.#created = time;
    const index = (time - this.#created) / interval;
    if (this.written > 0 && index <= this.#lastIndex) {
      throw new RangeError("buckets come in the order of time");
    }
    if (index >= pagesOf(buckets) * PAGE_BUCKETS) throw new RangeError("more buckets than places");
    const chunk = Math.floor(index / CHUNK_BUCKETS);
    if (chunk !== this.#chunkNumber) this.#flush();
    this.#chunkNumber = chunk;
    const at = (index % CHUNK_BUCKETS) * BUCKET_BYTES;
    const count = (flags & AGGREGATE) !== 0 ? fixedCount : Math.min(MAX_COUNT, samples.count);
    const view = this.#view;
    view.setBigInt64(at + BUCKET.time, BigInt(time), true);
    view.setFloat64(at + BUCKET.sum, samples.sum, true);
    view.setFloat32(at + BUCKET.min, samples.min, true);
    view.setFloat32(at + BUCKET.max, samples.max, true);
    view.setInt32(at + BUCKET.count, count, true);
    view.setFloat32(at + BUCKET.sumSq, samples.sumSq, true);
    this.#lastIndex = index;
    this.#totalSum += shown(samples.sum);
    this.#totalSumSq += shown(samples.sumSq);
    this.#totalCount += count;
    this.written++;
  }

  finish(name: string): void {
    if (this.written === 0) return;
    this.#flush();
    this.#put(this.#header(name), 0);
  }

  #flush(): void {
    const { buckets } = this.#contents;
    const from = this.#chunkNumber * CHUNK_PAGES;
    const pages = Math.min(CHUNK_PAGES, pagesOf(buckets) - from);
    this.#put(this.#chunk.subarray(0, pages * PAGE_BYTES), (from + 1) * PAGE_BYTES);
    this.#chunk.fill(0);
  }

  #header(name: string): Uint8Array {
    const { interval, flags, fixedCount, buckets } = this.#contents;
    const bytes = new Uint8Array(PAGE_BYTES);
    bytes.set(MAGIC);
    const view = new DataView(bytes.buffer);
    const i32 = (at: number, value: number): void => view.setInt32(at, value, true);
    const i64 = (at: number, value: number): void => view.setBigInt64(at, BigInt(value), true);
    i32(HEADER.headerBytes, HEADER_BYTES);
    i32(HEADER.interval, interval);
    i32(HEADER.flags, flags);
    i32(HEADER.version, VERSION);
    i32(HEADER.readerVersion, OLDEST_VERSION);
    i64(HEADER.pageBytes, PAGE_BYTES);
    i64(HEADER.pages, pagesOf(buckets));
    i64(HEADER.firstIndex, 0);
    i64(HEADER.lastIndex, this.#lastIndex);
    // istatd tells it only of an index above 0.
    const lastTime = this.#created + this.#lastIndex * interval;
    i64(HEADER.lastTime, this.#lastIndex === 0 ? 0 : lastTime);
    view.setFloat64(HEADER.totalSum, this.#totalSum, true);
    view.setFloat64(HEADER.totalSumSq, this.#totalSumSq, true);
    i64(HEADER.totalCount, this.#totalCount);
    i64(HEADER.totalsSince, this.#created);
    i64(HEADER.created, this.#created);
    bytes.set(Buffer.from(name, "latin1").subarray(0, NAME_BYTES - 1), HEADER.name);
    i64(HEADER.fixedCount, (flags & AGGREGATE) !== 0 ? fixedCount : 0);
    return bytes;
  }
}

function pagesOf(buckets: number): number {
  return Math.max(MIN_PAGES, Math.ceil(buckets / PAGE_BUCKETS));
}
