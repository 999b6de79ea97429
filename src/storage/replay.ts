import { type BatchMark, BatchMarks } from "./batch-marks.ts";
import type { Bucket } from "./bucket.ts";
import { CatalogueBuffer } from "./catalogue-buffer.ts";
import { type DurableParts, Head } from "./head/head.ts";
import type { StrayLog } from "./head/stray-log.ts";
import type { HeadWindow } from "./head/window.ts";
import type { Plan } from "./plan.ts";
import type { WindowClass } from "./slots.ts";
import type { OwnedStoreView } from "./store-memory.ts";
import type { NameSink } from "./store-writer.ts";
import type { RecordVisitor } from "./wal/decoder.ts";

/** What replay leaves for the writer to go on with. */
export interface Replayed {
  head: Head;
  /** Definitions that the log has and the catalogue has not. */
  catalogue: CatalogueBuffer;
  /** Windows that were cut and are not on disk. */
  windows: readonly HeadWindow[];
  strays: readonly StrayLog[];
  newest: number;
  /** How far batches of other servers were taken. */
  marks: BatchMarks;
}

const DEFINED = 1;
const DELETED = 2;

/**
 * Executes the records of the catalogue and of the log again. Parts that are on disk already are
 * passed over; everything else comes back where it was.
 */
export class Replay implements RecordVisitor, Replayed {
  readonly head: Head;
  readonly catalogue = new CatalogueBuffer();
  readonly windows: HeadWindow[] = [];
  readonly strays: StrayLog[] = [];
  readonly marks = new BatchMarks();
  /** Datapoints of series that nothing defines: reported, never given to another series. */
  quarantined = 0;
  points = 0;
  /** One above the highest series number that was beyond the memory for series. */
  neededSeries = 0;
  /** Series that were created after the moment asked for. */
  readonly young: number[] = [];
  /** Up to when the StatFiles have slots, seconds. */
  newest = Number.NEGATIVE_INFINITY;
  /** A name found no room in the index. */
  isIndexFull = false;
  readonly #view: OwnedStoreView;
  readonly #names: NameSink;
  /** By series: 1 when something defined it, 2 when it was deleted. */
  readonly #defined: Uint8Array;
  /** Numbers of plans without a definition so far; nothing may use them. */
  readonly #lostPlans = new Set<number>();
  readonly #youngSince: number;
  #fromLog = false;

  /** `youngSince` in seconds: from when on a series is young. */
  constructor(
    view: OwnedStoreView,
    names: NameSink,
    durable: DurableParts,
    youngSince = Number.POSITIVE_INFINITY,
  ) {
    this.#youngSince = youngSince;
    this.#view = view;
    this.#names = names;
    this.#defined = new Uint8Array(view.series.capacity);
    this.head = new Head(view, durable);
  }

  /** The catalogue is through; what comes now is the log. */
  beginLog(): void {
    this.#fromLog = true;
  }

  /** Whether one of the series in [first, end) has no definition. */
  lacksSeries(first: number, end: number): boolean {
    for (let series = first; series < end; series++) if (this.#defined[series] === 0) return true;
    return false;
  }

  plan(number: number, plan: Plan): void {
    const { plans } = this.#view;
    if (number < plans.count && !this.#lostPlans.delete(number)) return;
    // A plan in between was lost with a damaged piece; numbers must not shift.
    while (plans.count < number) this.#lostPlans.add(plans.add(plan));
    plans.put(number, plan);
    if (this.#fromLog) this.catalogue.plan(number, plan);
  }

  /** What does not fit is left out here; recovery ends with an error then. */
  series(series: number, plan: number, created: number, name: Uint8Array): void {
    if (series >= this.#defined.length) {
      this.neededSeries = Math.max(this.neededSeries, series + 1);
      return;
    }
    if (this.#defined[series] !== 0 || !this.#hasPlan(plan)) return;
    try {
      this.#names.add(Buffer.from(name).toString(), series);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.isIndexFull = true;
      return;
    }
    this.#defined[series] = DEFINED;
    if (created >= this.#youngSince) this.young.push(series);
    this.#view.series.define(series, plan);
    if (this.#fromLog) this.catalogue.series(series, plan, created, name);
  }

  epoch(series: number, from: number, plan: number, isLearned: boolean): void {
    if (this.#defined[series] !== DEFINED || !this.#hasPlan(plan)) return;
    const known = this.#view.series.epochs(series);
    if (known.some((epoch) => epoch.from === from && epoch.plan === plan)) return;
    this.#view.series.beginEpoch(series, from, plan, isLearned);
    if (this.#fromLog) this.catalogue.epoch(series, from, plan, isLearned);
  }

  /** The catalogue may know already what the log says later: its datapoints are none any more. */
  delete(series: readonly number[], lsn: number): void {
    const deleted = series.filter(
      (number) => number < this.#defined.length && this.#defined[number] !== DELETED,
    );
    this.#view.series.delete(deleted, this.#fromLog ? lsn : 0);
    for (const number of deleted) {
      this.#defined[number] = DELETED;
      this.#names.remove(number);
    }
    if (this.#fromLog && deleted.length > 0) this.catalogue.delete(deleted);
  }

  point(series: number, time: number, value: number, lsn: number): void {
    this.points++;
    if (this.#defined[series] === DEFINED) this.head.point(series, time, value, lsn);
    else if (this.#defined[series] !== DELETED) this.quarantined++;
  }

  bucket(series: number, time: number, bucket: Bucket, lsn: number): void {
    this.points++;
    if (this.#defined[series] === DEFINED) this.head.bucket(series, time, bucket, lsn);
    else if (this.#defined[series] !== DELETED) this.quarantined++;
  }

  open(windowClass: number, index: number, lsn: number): void {
    this.head.open(windowClass as WindowClass, index, lsn);
  }

  state(windowClass: number, index: number, openLsn: number): void {
    this.head.resume(windowClass as WindowClass, index, openLsn, openLsn);
  }

  cut(windowClass: number, index: number, lsn: number): void {
    const window = this.head.cut(windowClass as WindowClass, index, lsn);
    if (window === null) return;
    if (window.isEmpty) window.free(this.#view.pool);
    else this.windows.push(window);
  }

  freeze(lsn: number): void {
    const strays = this.head.freeze(lsn);
    if (strays !== null) this.strays.push(strays);
  }

  batch(mark: BatchMark, lsn: number): void {
    this.marks.note(mark, lsn + 1);
  }

  #hasPlan(plan: number): boolean {
    return plan < this.#view.plans.count && !this.#lostPlans.has(plan);
  }
}
