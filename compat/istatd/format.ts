/**
 * A StatFile of istatd: one counter at one retention level, a ring of buckets. Little-endian.
 *
 *     at   type      field
 *       0  16 bytes  MAGIC
 *      16  i32       bytes of this header: 464, in older files 456 or 440
 *      20  i32       interval, seconds per bucket
 *      24  i32       flags
 *      28  i32       version that wrote it
 *      32  i32       oldest version that can read it
 *      40  i64       bytes per page; the header has the first one
 *      48  i64       pages of buckets
 *      56  i64       lowest bucket index in use, may be negative
 *      64  i64       highest bucket index
 *      72  i64       start of that bucket; 0 until one above 0 is written
 *      80  f64       sum of everything ever received
 *      88  f64       sum of the squares of it
 *      96  i64       how many samples that were
 *     104  i64       since when
 *     112  i64       creation, rounded down to the interval: bucket index 0
 *     120  64 bytes  unit
 *     184  256 bytes path by which it was opened last
 *     440  f64       lambda of a trailing file
 *     448  u64       season of a trailing file, seconds
 *     456  i64       samples that every bucket of an aggregate is said to have
 *
 * A bucket:
 *
 *       0  i64       start of its interval, seconds; 0: none
 *       8  f64       sum
 *      16  f32       min
 *      20  f32       max
 *      24  i32       samples
 *      28  f32       sum of the squared samples
 *
 * @see docs/formats/istatd-statfile.md
 */
export const MAGIC = Buffer.from("istatd 4.0\n\0\xf5\x14\x07\x00", "latin1");
export const HEADER_BYTES = 464;
export const BUCKET_BYTES = 32;
/** What is written, and the newest that is known. */
export const VERSION = 8;
/** The oldest that there are files of; also the oldest that can read what is written. */
export const OLDEST_VERSION = 4;
/** Page size of new files. */
export const PAGE_BYTES = 8192;
export const MIN_PAGES = 2;

export const HEADER = {
  headerBytes: 16,
  interval: 20,
  flags: 24,
  version: 28,
  readerVersion: 32,
  pageBytes: 40,
  pages: 48,
  firstIndex: 56,
  lastIndex: 64,
  lastTime: 72,
  totalSum: 80,
  totalSumSq: 88,
  totalCount: 96,
  totalsSince: 104,
  created: 112,
  unit: 120,
  name: 184,
  lambda: 440,
  season: 448,
  fixedCount: 456,
} as const;
export const UNIT_BYTES = 64;
export const NAME_BYTES = 256;

export const BUCKET = { time: 0, sum: 8, min: 16, max: 20, count: 24, sumSq: 28 } as const;

/** The base level of an event counter: a bucket is the rate per second of its interval. */
export const COLLATED = 1;
/** A seasonal average, see lambda and season. */
export const TRAILING = 2;
/** A coarser, or trailing, level of an event counter. */
export const AGGREGATE = 4;

export interface IstatdHeader {
  headerBytes: number;
  /** Seconds per bucket. */
  interval: number;
  flags: number;
  version: number;
  readerVersion: number;
  pageBytes: number;
  /** Pages of buckets, without that of the header. */
  pages: number;
  firstIndex: number;
  lastIndex: number;
  /** Seconds. */
  lastTime: number;
  totalSum: number;
  totalSumSq: number;
  totalCount: number;
  /** Seconds. */
  totalsSince: number;
  created: number;
  unit: string;
  /** As istatd has left it: a path of the machine on which it ran. */
  name: string;
  /** 0 if it is not trailing. */
  lambda: number;
  /** Seconds; 0 if it is not trailing. */
  season: number;
  /** 0 if it is no aggregate. */
  fixedCount: number;
}

/** Buckets side by side, column by column. A bucket that there is none of has time 0. */
export class IstatdBuckets {
  /** Start, seconds. */
  readonly time: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** Samples; 0 in buckets of event counters in which nothing happened. */
  readonly count: Float64Array;
  readonly sumSq: Float64Array;

  constructor(buckets: number) {
    this.time = new Float64Array(buckets);
    this.sum = new Float64Array(buckets);
    this.min = new Float64Array(buckets);
    this.max = new Float64Array(buckets);
    this.count = new Float64Array(buckets);
    this.sumSq = new Float64Array(buckets);
  }

  get length(): number {
    return this.time.length;
  }
}
