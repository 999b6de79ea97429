import type { PlanTable } from "./plan.ts";

/**
 * What every thread knows of a series besides its name: its plan, and the plans it had before.
 *
 * A series is a chain of *epochs* (from, plan): when a schema change gives it another plan, a new
 * epoch begins at an instant and the datapoints before that instant still belong to the old one. Nearly all
 * series have one epoch; those cost two bytes and a zero. An epoch is *learned* when its step is that
 * at which the datapoints before it came: they are read as if they filled slots of that step.
 *
 * One thread writes (ingest), all read. An epoch is complete before the series points at it.
 */
export interface SeriesMemory {
  plans: SharedArrayBuffer;
  planOf: SharedArrayBuffer;
  epochOf: SharedArrayBuffer;
  epochs: SharedArrayBuffer;
  /** A bit by series: it was deleted. */
  deleted: SharedArrayBuffer;
  /** One int64: where the log says so of the newest of them. */
  deletedLsn: SharedArrayBuffer;
  counts: SharedArrayBuffer;
}

/** Series in a section of a StatFile: consecutive numbers, so that neighbours are read together. */
export const SHARD_SERIES = 8192;

export function shardOf(series: number): number {
  return Math.floor(series / SHARD_SERIES);
}

const MAX_EPOCHS = 16_000_000;
const EPOCH_WORDS = 3;
/** Added to the plan before, in the record of an epoch that was learned. */
const LEARNED = 0x10000;

/** Seconds for which a retention that was shortened is not acted upon, so that it can be taken back. */
export const HOLD_SECONDS = 86_400;

/** A stretch of a series' time that one plan governs. */
export interface SeriesEpoch {
  /** Seconds; -Infinity for the first one. */
  from: number;
  plan: number;
  isLearned: boolean;
}

export class SeriesTable {
  /** Plan in force for the newest epoch, by series. */
  readonly planOf: Uint16Array;
  /** 0, or 1 + the number of the newest epoch record, by series. */
  readonly epochOf: Int32Array;
  readonly plans: PlanTable;
  readonly #epochs: Float64Array;
  readonly #deleted: Uint8Array;
  readonly #deletedLsn: BigInt64Array;
  readonly #counts: Int32Array;

  static reserve(maxSeries: number, plans: SharedArrayBuffer): SeriesMemory {
    const maxEpochs = Math.min(MAX_EPOCHS, maxSeries * 4);
    return {
      plans,
      planOf: new SharedArrayBuffer(maxSeries * 2),
      epochOf: new SharedArrayBuffer(maxSeries * 4),
      epochs: new SharedArrayBuffer(maxEpochs * EPOCH_WORDS * 8),
      deleted: new SharedArrayBuffer((maxSeries + 7) >> 3),
      deletedLsn: new SharedArrayBuffer(8),
      counts: new SharedArrayBuffer(16),
    };
  }

  constructor(memory: SeriesMemory, plans: PlanTable) {
    this.plans = plans;
    this.planOf = new Uint16Array(memory.planOf);
    this.epochOf = new Int32Array(memory.epochOf);
    this.#epochs = new Float64Array(memory.epochs);
    this.#deleted = new Uint8Array(memory.deleted);
    this.#deletedLsn = new BigInt64Array(memory.deletedLsn);
    this.#counts = new Int32Array(memory.counts);
  }

  get capacity(): number {
    return this.planOf.length;
  }

  /** One above the highest series number in use. */
  get next(): number {
    return Atomics.load(this.#counts, 0);
  }

  define(series: number, plan: number): void {
    this.planOf[series] = plan;
    if (series >= this.next) Atomics.store(this.#counts, 0, series + 1);
  }

  /**
   * Ends series for good, as the record of the log at `lsn` has it: their numbers are never used
   * again. Only the writing thread does so.
   */
  delete(numbers: readonly number[], lsn: number): void {
    // First, so that whoever sees a mark knows of a position that is not before its own.
    if (lsn > this.deletedLsn) Atomics.store(this.#deletedLsn, 0, BigInt(lsn));
    for (const series of numbers) this.#deleted[series >> 3]! |= 1 << (series & 7);
  }

  /**
   * Position of the newest delete. What was left out because of one must not be taken for gone
   * before the log is synced up to there: a power cut could take the delete back.
   */
  get deletedLsn(): number {
    return Number(Atomics.load(this.#deletedLsn, 0));
  }

  isDeleted(series: number): boolean {
    return (this.#deleted[series >> 3]! & (1 << (series & 7))) !== 0;
  }

  /** Shards with deleted series. */
  shardsWithDeleted(): number[] {
    const shards: number[] = [];
    const shardBytes = SHARD_SERIES / 8;
    for (let shard = 0; shard * SHARD_SERIES < this.next; shard++) {
      const bits = this.#deleted.subarray(shard * shardBytes, (shard + 1) * shardBytes);
      if (bits.some((byte) => byte !== 0)) shards.push(shard);
    }
    return shards;
  }

  /** Leaves numbers out that the log has given away, so that they are never given again. */
  skipTo(next: number): void {
    if (next > this.next) Atomics.store(this.#counts, 0, Math.min(next, this.capacity));
  }

  /** Begins an epoch; `from` in seconds. Only the writing thread does so. */
  beginEpoch(series: number, from: number, plan: number, isLearned = false): boolean {
    const record = this.#counts[1]!;
    if ((record + 1) * EPOCH_WORDS > this.#epochs.length) return false;
    // The record keeps what was in force before `from`.
    this.#epochs[record * EPOCH_WORDS] = from;
    this.#epochs[record * EPOCH_WORDS + 1] = this.planOf[series]! + (isLearned ? LEARNED : 0);
    this.#epochs[record * EPOCH_WORDS + 2] = this.epochOf[series]!;
    this.#counts[1] = record + 1;
    Atomics.store(this.epochOf, series, record + 1);
    this.planOf[series] = plan;
    return true;
  }

  /** Plan in force at `time`. */
  planAt(series: number, time: number): number {
    let plan = this.planOf[series]!;
    let record = Atomics.load(this.epochOf, series);
    while (record !== 0) {
      const at = (record - 1) * EPOCH_WORDS;
      if (time >= this.#epochs[at]!) return plan;
      plan = this.#epochs[at + 1]! & (LEARNED - 1);
      record = this.#epochs[at + 2]!;
    }
    return plan;
  }

  /** Whether the newest epoch was learned. */
  isLearned(series: number): boolean {
    const record = Atomics.load(this.epochOf, series);
    return record !== 0 && this.#epochs[(record - 1) * EPOCH_WORDS + 1]! >= LEARNED;
  }

  /**
   * For how long the series keeps anything at `now`, both in seconds: the longest retention that was
   * in force within the last day.
   */
  keptSeconds(series: number, now: number): number {
    const { longest } = this.plans;
    let kept = longest[this.planOf[series]!]!;
    let record = Atomics.load(this.epochOf, series);
    while (record !== 0) {
      const at = (record - 1) * EPOCH_WORDS;
      if (this.#epochs[at]! <= now - HOLD_SECONDS) break;
      kept = Math.max(kept, longest[this.#epochs[at + 1]! & (LEARNED - 1)]!);
      record = this.#epochs[at + 2]!;
    }
    return kept;
  }

  /** All epochs, oldest first; the first begins at -Infinity. */
  epochs(series: number): SeriesEpoch[] {
    const list: SeriesEpoch[] = [];
    let plan = this.planOf[series]!;
    let record = Atomics.load(this.epochOf, series);
    while (record !== 0) {
      const at = (record - 1) * EPOCH_WORDS;
      const before = this.#epochs[at + 1]!;
      list.push({ from: this.#epochs[at]!, plan, isLearned: before >= LEARNED });
      plan = before & (LEARNED - 1);
      record = this.#epochs[at + 2]!;
    }
    list.push({ from: Number.NEGATIVE_INFINITY, plan, isLearned: false });
    return list.reverse();
  }
}
