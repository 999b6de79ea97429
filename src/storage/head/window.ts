import { type Bucket, setSingle } from "../bucket.ts";
import { EVENT, GAUGE, type Mode, REPLACE } from "../plan.ts";
import { firstSlotFrom, slotsBetween, WINDOW_SECONDS, type WindowClass } from "../slots.ts";
import { PAGE_WORDS, type PagePool, type PoolView } from "./page-pool.ts";
import { PagedRecords } from "./paged-records.ts";
import { SeriesHeads } from "./series-heads.ts";
import { ENTRY_WORDS, SlotChain } from "./slot-chain.ts";
import { WideBuckets } from "./wide-buckets.ts";

/**
 * A window of the head: the datapoints of ten minutes (two for steps under 10 s), in memory until
 * they are sealed into a StatFile.
 *
 * Dense series have a row in a slot-major matrix: a page of the pool holds one slot of 8,192 rows
 * (a row group), so writes in arrival order are sequential and memory is taken slot by slot.
 * Everything else is a chain of entries of twice that size in an append log. A series moves from
 * the log to a row when it has filled more than a fifth of its slots, or some without a gap: then it
 * will fill most of them.
 *
 * `heads` says where a series is: 0 nowhere, r + 1 in row r, -(e + 1) in the chain whose
 * newest entry is e. One thread writes; others read after they saw the head (publish after write).
 */
export interface WindowMemory {
  maxSeries: number;
  state: SharedArrayBuffer;
  tables: SharedArrayBuffer;
}

export const ROWS_PER_GROUP = PAGE_WORDS;
const GROUP_SHIFT = 13;
/** Most slots that a window has at any step (10 minutes of 10 s is 60, 2 minutes of 1 s is 120). */
const MAX_SLOTS = 120;
/** Per group: a page per slot of values, then a page per slot of references to wide entries. */
const GROUP_TABLE = MAX_SLOTS * 2;
const MAX_ENTRIES = 1 << 26;
const MAX_WIDE = 1 << 24;
const ENTRY_TABLE = PagedRecords.tableLength(MAX_ENTRIES, ENTRY_WORDS);
const WIDE_TABLE = WideBuckets.tableLength(MAX_WIDE);

/** Different (mode, step) pairs beyond which new series of a window stay in the log. */
const SPARE_GROUPS = 512;

// Words of the state block; the first two are int32, the rest float64 from byte 8.
const STATE = 0;
const GROUPS = 1;
const CLASS = 1;
const INDEX = 2;
const OPEN_LSN = 3;
const FIRST_LSN = 4;
const CUT_LSN = 5;
const STATE_BYTES = 64;

/** What the window before says of a series: it starts in the log, or in a row at once. */
export const SPARSE = 1;
export const DENSE = 2;
/** Share of its slots that a series fills, beyond which it is dense. */
export const DENSE_SHARE = 0.2;
/** Slots filled one after the other, by which a series is dense. */
const DENSE_RUN = 5;

export const FREE = 0;
export const OPEN = 1;
export const CUT = 2;
export const SEALED = 3;

export class HeadWindow {
  readonly heads: SeriesHeads;
  readonly entries: SlotChain;
  readonly wide: WideBuckets;
  readonly #words: Float64Array;
  readonly #ints: Int32Array;
  readonly #state: Int32Array;
  readonly #numbers: Float64Array;
  readonly #pages: Int32Array;
  /** By group: mode * 2^20 + step, and rows in use. */
  readonly #groupKey: Float64Array;
  readonly #groupRows: Int32Array;
  /** The group that takes the next row of a (mode, step); writer only. */
  readonly #filling = new Map<number, number>();

  static reserve(maxSeries: number): WindowMemory {
    const groups = Math.ceil(maxSeries / ROWS_PER_GROUP) + SPARE_GROUPS;
    return {
      maxSeries,
      state: new SharedArrayBuffer(STATE_BYTES),
      tables: new SharedArrayBuffer(
        groups * 16 +
          (groups * GROUP_TABLE + ENTRY_TABLE + WIDE_TABLE + SeriesHeads.tableLength(maxSeries)) *
            4,
      ),
    };
  }

  constructor(memory: WindowMemory, pool: PoolView) {
    const groups = Math.ceil(memory.maxSeries / ROWS_PER_GROUP) + SPARE_GROUPS;
    this.#state = new Int32Array(memory.state, 0, 2);
    this.#numbers = new Float64Array(memory.state);
    this.#groupKey = new Float64Array(memory.tables, 0, groups);
    this.#groupRows = new Int32Array(memory.tables, groups * 8, groups);
    let at = groups * 16;
    this.#pages = new Int32Array(memory.tables, at, groups * GROUP_TABLE);
    at += groups * GROUP_TABLE * 4;
    this.entries = new SlotChain(pool, new Int32Array(memory.tables, at, ENTRY_TABLE));
    at += ENTRY_TABLE * 4;
    this.wide = new WideBuckets(pool, new Int32Array(memory.tables, at, WIDE_TABLE));
    at += WIDE_TABLE * 4;
    this.heads = new SeriesHeads(pool, new Int32Array(memory.tables, at));
    this.#words = pool.words;
    this.#ints = pool.ints;
  }

  get state(): number {
    return Atomics.load(this.#state, STATE);
  }
  get windowClass(): WindowClass {
    return this.#numbers[CLASS] as WindowClass;
  }
  get index(): number {
    return this.#numbers[INDEX]!;
  }
  get seconds(): number {
    return WINDOW_SECONDS[this.windowClass];
  }
  get start(): number {
    return this.index * this.seconds;
  }
  get end(): number {
    return this.start + this.seconds;
  }
  /** Position in the log at which the window was opened: with class and index, its identity. */
  get openLsn(): number {
    return this.#numbers[OPEN_LSN]!;
  }
  /** No record of the window is older than this. */
  get firstLsn(): number {
    return this.#numbers[FIRST_LSN]!;
  }
  get cutLsn(): number {
    return this.#numbers[CUT_LSN]!;
  }

  get isEmpty(): boolean {
    return this.#state[GROUPS] === 0 && this.entries.count === 0;
  }

  open(windowClass: WindowClass, index: number, openLsn: number, firstLsn: number): void {
    this.#numbers[CLASS] = windowClass;
    this.#numbers[INDEX] = index;
    this.#numbers[OPEN_LSN] = openLsn;
    this.#numbers[FIRST_LSN] = firstLsn;
    this.#numbers[CUT_LSN] = Number.POSITIVE_INFINITY;
    this.#state[GROUPS] = 0;
    this.#filling.clear();
    Atomics.store(this.#state, STATE, OPEN);
  }

  cut(lsn: number): void {
    this.#numbers[CUT_LSN] = lsn;
    Atomics.store(this.#state, STATE, CUT);
  }

  markSealed(): void {
    Atomics.store(this.#state, STATE, SEALED);
  }

  /** Gives all memory back. No reader may hold the window any more. */
  free(pool: PagePool): void {
    Atomics.store(this.#state, STATE, FREE);
    const groups = this.#state[GROUPS]!;
    for (let at = 0; at < groups * GROUP_TABLE; at++) {
      if (this.#pages[at] !== 0) {
        pool.give(this.#pages[at]!);
        this.#pages[at] = 0;
      }
    }
    this.#groupRows.fill(0, 0, groups);
    this.entries.clear(pool);
    this.wide.clear(pool);
    this.heads.clear(pool);
  }

  /**
   * Stores a value in replace or event mode, or a gauge's sample. `slot` is absolute; `density` has
   * what the window before says of each series. False when memory is out.
   */
  put(
    pool: PagePool,
    series: number,
    mode: Mode,
    step: number,
    slot: number,
    value: number,
    density: Uint8Array,
  ): boolean {
    let head = this.heads.get(series);
    if (head === 0) {
      if (!this.heads.reserve(pool, series)) return false;
      if (density[series] === DENSE) head = this.#newRow(series, mode, step);
    }
    if (head > 0) {
      const row = head - 1;
      const group = row >>> GROUP_SHIFT;
      const first = firstSlotFrom(this.start, step);
      const tableAt = group * GROUP_TABLE + (slot - first);
      let page = this.#pages[tableAt]!;
      if (page === 0) {
        page = pool.take(Number.NaN);
        if (page === 0) return false;
        this.#pages[tableAt] = page;
      }
      const at = page * PAGE_WORDS + (row & (ROWS_PER_GROUP - 1));
      if (mode === REPLACE) {
        this.#words[at] = value;
        return true;
      }
      const old = this.#words[at]!;
      if (Number.isNaN(old)) {
        this.#words[at] = value;
        return true;
      }
      if (mode === EVENT) {
        this.#words[at] = old + value;
        return true;
      }
      return this.#widen(pool, row, slot - first, old, 1, value, value, value, value, 0);
    }
    return this.#putEntry(pool, series, head, mode, step, slot, value);
  }

  /** Merges a gauge's set of samples into its slot. */
  putBucket(
    pool: PagePool,
    series: number,
    step: number,
    slot: number,
    bucket: Bucket,
    density: Uint8Array,
  ): boolean {
    const { count, sum, min, max, last, m2 } = bucket;
    let head = this.heads.get(series);
    if (head === 0) {
      if (!this.heads.reserve(pool, series)) return false;
      if (density[series] === DENSE) head = this.#newRow(series, GAUGE, step);
    }
    const first = firstSlotFrom(this.start, step);
    if (head > 0) {
      const row = head - 1;
      const at = this.#valueAt(pool, row, slot - first);
      if (at < 0) return false;
      const old = this.#words[at]!;
      if (Number.isNaN(old)) {
        const entry = this.wide.append(pool, count, sum, min, max, last, m2);
        if (entry < 0 || !this.#refer(pool, row, slot - first, entry)) return false;
        this.#words[at] = last;
        return true;
      }
      return this.#widen(pool, row, slot - first, old, count, sum, min, max, last, m2);
    }
    const { entries } = this;
    const place = slot - first;
    const known = place > entries.highest(head) ? -1 : entries.find(head, place);
    if (known >= 0) return entries.merge(pool, this.wide, known, count, sum, min, max, last, m2);
    const wide = this.wide.append(pool, count, sum, min, max, last, m2);
    if (wide < 0) return false;
    const entry = entries.append(pool, head, place, last);
    if (entry < 0) return false;
    entries.setWide(entry, wide);
    const chain = -(entry + 1);
    this.heads.set(series, chain);
    this.#promoteIfDense(pool, series, chain, GAUGE, step);
    return true;
  }

  /**
   * Copies a series' slots, in [firstSlot, firstSlot + values.length), over `values`; slots without
   * data are left alone. For replace and event mode, whose buckets are single values.
   */
  readValues(series: number, step: number, firstSlot: number, values: Float64Array): void {
    const head = this.heads.get(series);
    if (head === 0) return;
    const first = firstSlotFrom(this.start, step);
    if (head < 0) {
      this.entries.readValues(head, this.wide, firstSlot - first, values);
      return;
    }
    const row = head - 1;
    const lane = row & (ROWS_PER_GROUP - 1);
    const end = Math.min(
      first + slotsBetween(this.start, this.seconds, step),
      firstSlot + values.length,
    );
    const table = (row >>> GROUP_SHIFT) * GROUP_TABLE - first;
    for (let slot = Math.max(first, firstSlot); slot < end; slot++) {
      const page = this.#pages[table + slot]!;
      if (page === 0) continue;
      const value = this.#words[page * PAGE_WORDS + lane]!;
      if (!Number.isNaN(value)) values[slot - firstSlot] = value;
    }
  }

  /** Calls `visit(slot, bucket)` for every known slot of a gauge; the bucket is reused. */
  visitBuckets(
    series: number,
    step: number,
    bucket: Bucket,
    visit: (slot: number, bucket: Bucket) => void,
  ): void {
    const head = this.heads.get(series);
    if (head === 0) return;
    const first = firstSlotFrom(this.start, step);
    if (head < 0) {
      this.entries.visitBuckets(head, this.wide, bucket, (slot, found) =>
        visit(first + slot, found),
      );
      return;
    }
    const row = head - 1;
    const lane = row & (ROWS_PER_GROUP - 1);
    const table = (row >>> GROUP_SHIFT) * GROUP_TABLE;
    const slots = slotsBetween(this.start, this.seconds, step);
    for (let i = 0; i < slots; i++) {
      const page = this.#pages[table + i]!;
      if (page === 0) continue;
      const value = this.#words[page * PAGE_WORDS + lane]!;
      if (Number.isNaN(value)) continue;
      const references = this.#pages[table + MAX_SLOTS + i]!;
      const wide =
        references === 0 ? 0 : Atomics.load(this.#ints, references * PAGE_WORDS * 2 + lane);
      if (wide > 0) this.wide.read(wide - 1, bucket);
      else setSingle(bucket, value);
      visit(first + i, bucket);
    }
  }

  #putEntry(
    pool: PagePool,
    series: number,
    head: number,
    mode: Mode,
    step: number,
    slot: number,
    value: number,
  ): boolean {
    const { entries } = this;
    const place = slot - firstSlotFrom(this.start, step);
    // Datapoints mostly come in the order of time: then the chain need not be searched.
    const known = place > entries.highest(head) ? -1 : entries.find(head, place);
    if (known >= 0) {
      if (mode === REPLACE) entries.replace(known, value);
      else if (mode === EVENT) entries.add(known, value);
      else return entries.merge(pool, this.wide, known, 1, value, value, value, value, 0);
      return true;
    }
    const entry = entries.append(pool, head, place, value);
    if (entry < 0) return false;
    const chain = -(entry + 1);
    this.heads.set(series, chain);
    this.#promoteIfDense(pool, series, chain, mode, step);
    return true;
  }

  #promoteIfDense(pool: PagePool, series: number, chain: number, mode: Mode, step: number): void {
    const slots = slotsBetween(this.start, this.seconds, step);
    const depth = this.entries.depth(chain);
    if (depth > slots * DENSE_SHARE || (depth === DENSE_RUN && this.entries.isRun(chain)))
      this.#promote(pool, series, chain, mode, step);
  }

  /** Moves a series from the log to a row; when memory is out it just stays in the log. */
  #promote(pool: PagePool, series: number, chain: number, mode: Mode, step: number): void {
    const { entries } = this;
    const row = this.#reserveRow(mode, step);
    if (row < 0) return;
    for (let entry = -chain - 1; entry >= 0; entry = entries.previous(entry)) {
      const slot = entries.slot(entry);
      const at = this.#valueAt(pool, row, slot);
      if (at < 0) return;
      const wide = entries.wideOf(entry);
      // With a wide entry the value only says that the slot is known.
      this.#words[at] = wide < 0 ? entries.value(entry) : this.wide.lastOf(wide);
      if (wide >= 0 && !this.#refer(pool, row, slot, wide)) return;
    }
    this.heads.set(series, row + 1);
  }

  #newRow(series: number, mode: Mode, step: number): number {
    const row = this.#reserveRow(mode, step);
    if (row < 0) return 0;
    this.heads.set(series, row + 1);
    return row + 1;
  }

  #reserveRow(mode: Mode, step: number): number {
    const key = mode * 1_048_576 + step;
    let group = this.#filling.get(key) ?? -1;
    if (group < 0 || this.#groupRows[group] === ROWS_PER_GROUP) {
      group = this.#state[GROUPS]!;
      if (group >= this.#groupRows.length) return -1;
      this.#state[GROUPS] = group + 1;
      this.#groupKey[group] = key;
      this.#filling.set(key, group);
    }
    const lane = this.#groupRows[group]!;
    this.#groupRows[group] = lane + 1;
    return (group << GROUP_SHIFT) | lane;
  }

  /** Index into the pool of a row's value at a slot of the window; -1 when memory is out. */
  #valueAt(pool: PagePool, row: number, slotInWindow: number): number {
    const tableAt = (row >>> GROUP_SHIFT) * GROUP_TABLE + slotInWindow;
    let page = this.#pages[tableAt]!;
    if (page === 0) {
      page = pool.take(Number.NaN);
      if (page === 0) return -1;
      this.#pages[tableAt] = page;
    }
    return page * PAGE_WORDS + (row & (ROWS_PER_GROUP - 1));
  }

  #refer(pool: PagePool, row: number, slotInWindow: number, wide: number): boolean {
    const tableAt = (row >>> GROUP_SHIFT) * GROUP_TABLE + MAX_SLOTS + slotInWindow;
    let page = this.#pages[tableAt]!;
    if (page === 0) {
      page = pool.take(0);
      if (page === 0) return false;
      this.#pages[tableAt] = page;
    }
    Atomics.store(this.#ints, page * PAGE_WORDS * 2 + (row & (ROWS_PER_GROUP - 1)), wide + 1);
    return true;
  }

  /** Merges samples into a row's slot that already holds `old`. */
  #widen(
    pool: PagePool,
    row: number,
    slotInWindow: number,
    old: number,
    count: number,
    sum: number,
    min: number,
    max: number,
    last: number,
    m2: number,
  ): boolean {
    const lane = row & (ROWS_PER_GROUP - 1);
    const references = this.#pages[(row >>> GROUP_SHIFT) * GROUP_TABLE + MAX_SLOTS + slotInWindow]!;
    const known = references === 0 ? 0 : this.#ints[references * PAGE_WORDS * 2 + lane]!;
    if (known > 0) {
      this.wide.add(known - 1, count, sum, min, max, last, m2);
      return true;
    }
    const wide = this.wide.append(pool, 1, old, old, old, old, 0);
    if (wide < 0) return false;
    this.wide.add(wide, count, sum, min, max, last, m2);
    return this.#refer(pool, row, slotInWindow, wide);
  }
}
