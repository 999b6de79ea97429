import { type Bucket, emptyBucket } from "../bucket.ts";
import { ENTRY_WORDS, EntryChain } from "./entry-chain.ts";
import type { PagePool, PoolView } from "./page-pool.ts";
import { PagedRecords } from "./paged-records.ts";
import { SeriesHeads } from "./series-heads.ts";
import { WideBuckets } from "./wide-buckets.ts";

/**
 * Strays: datapoints that no open window takes, because they are late, ahead of time, or of a step
 * longer than a window. They are appended as they come and flushed together as one small StatFile.
 * Nothing is merged here: of several entries for a slot the newest counts (replace mode), or all of
 * them (samples), when they are read or flushed.
 */
export interface StrayMemory {
  state: SharedArrayBuffer;
  tables: SharedArrayBuffer;
}

const MAX_ENTRIES = 1 << 26;
const MAX_WIDE = 1 << 24;
const ENTRY_TABLE = PagedRecords.tableLength(MAX_ENTRIES, ENTRY_WORDS);
const WIDE_TABLE = WideBuckets.tableLength(MAX_WIDE);

const STATE = 0;
const FIRST_LSN = 1;
const FREEZE_LSN = 2;
const OLDEST = 3;
const NEWEST = 4;
const STATE_BYTES = 48;

export const STRAYS_FREE = 0;
export const STRAYS_ACTIVE = 1;
export const STRAYS_FROZEN = 2;
export const STRAYS_FLUSHED = 3;

export class StrayLog {
  readonly heads: SeriesHeads;
  readonly entries: EntryChain;
  readonly wide: WideBuckets;
  readonly #state: Int32Array;
  readonly #numbers: Float64Array;

  static reserve(maxSeries: number): StrayMemory {
    return {
      state: new SharedArrayBuffer(STATE_BYTES),
      tables: new SharedArrayBuffer(
        (ENTRY_TABLE + WIDE_TABLE + SeriesHeads.tableLength(maxSeries)) * 4,
      ),
    };
  }

  constructor(memory: StrayMemory, pool: PoolView) {
    this.#state = new Int32Array(memory.state, 0, 2);
    this.#numbers = new Float64Array(memory.state);
    this.entries = new EntryChain(pool, new Int32Array(memory.tables, 0, ENTRY_TABLE));
    this.wide = new WideBuckets(pool, new Int32Array(memory.tables, ENTRY_TABLE * 4, WIDE_TABLE));
    const at = (ENTRY_TABLE + WIDE_TABLE) * 4;
    this.heads = new SeriesHeads(pool, new Int32Array(memory.tables, at));
  }

  get state(): number {
    return Atomics.load(this.#state, STATE);
  }
  /** Log position of the oldest entry; infinite when there is none. */
  get firstLsn(): number {
    return this.#numbers[FIRST_LSN]!;
  }
  get freezeLsn(): number {
    return this.#numbers[FREEZE_LSN]!;
  }
  /** Time range of the entries, seconds: a hint that only grows. */
  get oldest(): number {
    return this.#numbers[OLDEST]!;
  }
  get newest(): number {
    return this.#numbers[NEWEST]!;
  }
  get count(): number {
    return this.entries.count;
  }

  activate(): void {
    this.#numbers[FIRST_LSN] = Number.POSITIVE_INFINITY;
    this.#numbers[FREEZE_LSN] = Number.POSITIVE_INFINITY;
    this.#numbers[OLDEST] = Number.POSITIVE_INFINITY;
    this.#numbers[NEWEST] = Number.NEGATIVE_INFINITY;
    Atomics.store(this.#state, STATE, STRAYS_ACTIVE);
  }

  freeze(lsn: number): void {
    this.#numbers[FREEZE_LSN] = lsn;
    Atomics.store(this.#state, STATE, STRAYS_FROZEN);
  }

  markFlushed(): void {
    Atomics.store(this.#state, STATE, STRAYS_FLUSHED);
  }

  free(pool: PagePool): void {
    Atomics.store(this.#state, STATE, STRAYS_FREE);
    this.entries.clear(pool);
    this.wide.clear(pool);
    this.heads.clear(pool);
  }

  put(
    pool: PagePool,
    series: number,
    plan: number,
    start: number,
    slot: number,
    value: number,
    lsn: number,
  ): boolean {
    if (!this.heads.reserve(pool, series)) return false;
    const entry = this.entries.append(pool, this.heads.get(series), plan, slot, value);
    if (entry < 0) return false;
    this.#note(start, lsn);
    this.heads.set(series, -(entry + 1));
    return true;
  }

  putBucket(
    pool: PagePool,
    series: number,
    plan: number,
    start: number,
    slot: number,
    bucket: Bucket,
    lsn: number,
  ): boolean {
    if (!this.heads.reserve(pool, series)) return false;
    const entry = this.entries.append(pool, this.heads.get(series), plan, slot, bucket.last);
    if (entry < 0) return false;
    const { count, sum, min, max, last, m2 } = bucket;
    const wide = this.wide.append(pool, count, sum, min, max, last, m2);
    if (wide < 0) return false;
    this.entries.setWide(entry, wide);
    this.#note(start, lsn);
    this.heads.set(series, -(entry + 1));
    return true;
  }

  /**
   * Takes those entries of a series out of the log that `wants` (by plan and slot), oldest first: a
   * window that opens gets them.
   */
  drain(
    series: number,
    wants: (plan: number, slot: number) => boolean,
    take: (plan: number, slot: number, bucket: Bucket, single: boolean) => void,
  ): void {
    const bucket = emptyBucket();
    const entries = this.entries.collect(this.heads.get(series));
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i]!;
      const plan = this.entries.plan(entry);
      const slot = this.entries.slot(entry);
      if (!wants(plan, slot)) continue;
      const wide = this.entries.wideOf(entry);
      if (wide >= 0) this.wide.read(wide, bucket);
      else bucket.last = this.entries.value(entry);
      take(plan, slot, bucket, wide < 0);
      this.entries.kill(entry);
    }
  }

  /** `time` is a slot's start, seconds. */
  #note(time: number, lsn: number): void {
    if (lsn < this.#numbers[FIRST_LSN]!) this.#numbers[FIRST_LSN] = lsn;
    if (time < this.#numbers[OLDEST]!) this.#numbers[OLDEST] = time;
    if (time > this.#numbers[NEWEST]!) this.#numbers[NEWEST] = time;
  }
}
