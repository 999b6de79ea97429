import type { BatchMarks } from "./batch-marks.ts";
import type { Bucket } from "./bucket.ts";
import type { CatalogueBuffer } from "./catalogue-buffer.ts";
import type { Clock } from "./environment.ts";
import type { Head } from "./head/head.ts";
import type { StrayLog } from "./head/stray-log.ts";
import type { HeadWindow } from "./head/window.ts";
import { type LogSink, LogWriter } from "./log-writer.ts";
import type { Mode, Plan } from "./plan.ts";
import type { Replayed } from "./replay.ts";
import { shardOf } from "./series-table.ts";
import { isLongStep, WINDOW_SECONDS, type WindowClass } from "./slots.ts";
import type { OwnedStoreView } from "./store-memory.ts";
import { DELETED_ROOM, RECORD_ROOM } from "./wal/encoder.ts";
import type { WalRing } from "./wal/ring.ts";

/** Names of series, as far as writing needs them. */
export interface NameSink {
  /** @throws RangeError when the index is full */
  add(path: string, series: number): void;
  /** Takes the name of a series away; false when it has none. */
  remove(series: number): boolean;
}

/** What the other side of the store is told. */
export interface StoreEvents extends LogSink {
  /** A window was cut and waits to be sealed. */
  cut(window: number): void;
  /** A stray log was frozen and waits to be flushed. */
  frozen(strays: number): void;
  /** Defining records, framed, for the catalogue; all of them have LSNs below `lsn`. */
  catalogue(frame: Uint8Array, lsn: number): void;
  /** Series of these shards were deleted. */
  deleted(shards: readonly number[]): void;
  /** The log is needed from this position on. */
  needed(lsn: number): void;
}

export interface StoreWriterOptions {
  /** Strays beyond which they are flushed at once. */
  maxStrays: number;
  /** Seconds after which strays are flushed. */
  strayAgeSeconds: number;
  /** Log bytes after which a new file is begun, besides every cut window. */
  rotateBytes: number;
}

export const DEFAULT_WRITER_OPTIONS: StoreWriterOptions = {
  maxStrays: 1_000_000,
  strayAgeSeconds: 600,
  rotateBytes: 256 << 20,
};

/** Seconds that a window stays open after its end, and opens before its start. */
const GRACE_SECONDS = 60;
/** Datapoints further ahead than this are refused. */
export const FUTURE_SECONDS = 86_400;
/** A change of plan begins at least this far ahead, so that no open window changes its step. */
const EPOCH_AHEAD_SECONDS = 720;
const CATALOGUE_BYTES = 1 << 20;
/** Pool pages (16 MiB) that must be free, or receivers pause. */
const SPARE_PAGES = 256;

/** Age in seconds up to which a datapoint's retention need not be looked at, unless one is shorter. */
const FRESH_SECONDS = 300;

/** Why a datapoint was not taken. */
export type Refusal = "too-old" | "too-far-ahead" | "log-full";

/** The log has no room at the moment. Nothing was changed; it may be tried again. */
export class LogFullError extends Error {
  override name = "LogFullError";
}

/**
 * The writing side of the store: gives every datapoint a place in the log and in the head. It is a
 * step machine: `tick` does what time makes due, nothing here waits or sleeps. One thread owns it.
 */
export class StoreWriter {
  readonly #view: OwnedStoreView;
  readonly #clock: Clock;
  readonly #names: NameSink;
  readonly #events: StoreEvents;
  readonly #options: StoreWriterOptions;
  readonly #ring: WalRing;
  readonly #log: LogWriter;
  readonly #head: Head;
  readonly #catalogue: CatalogueBuffer;
  /** How far batches of other servers were taken. */
  readonly marks: BatchMarks;
  readonly #spare: number;
  #catalogueLsn = 0;
  #strayingSince = Number.POSITIVE_INFINITY;
  #bytesSinceRotate = 0;
  #now = 0;
  /** No plan keeps its datapoints for less. */
  #freshSeconds = FRESH_SECONDS;
  #neededLsn = 0;
  /** Parts that wait until no reader looks at them. */
  #retired: { part: HeadWindow | StrayLog; epoch: number }[] = [];
  /** Parts that were ended and are still to be handed over, once their last frame is. */
  readonly #toSeal: HeadWindow[];
  readonly #toFlush: StrayLog[];
  #catalogueWaits = 0;
  /** Up to when slots are known that are not in the head any more, seconds. */
  #newest: number;

  constructor(
    view: OwnedStoreView,
    clock: Clock,
    names: NameSink,
    ring: WalRing,
    events: StoreEvents,
    replayed: Replayed,
    options: StoreWriterOptions = DEFAULT_WRITER_OPTIONS,
  ) {
    this.#view = view;
    this.#clock = clock;
    this.#names = names;
    this.#events = events;
    this.#options = options;
    this.#ring = ring;
    this.#spare = Math.min(SPARE_PAGES, view.pool.pages >> 2);
    const sink: LogSink = {
      frame: (offset, length) => {
        this.#bytesSinceRotate += length;
        events.frame(offset, length);
      },
      rotate: () => events.rotate(),
    };
    this.#log = new LogWriter(ring, sink, () => view.series.next);
    this.#head = replayed.head;
    this.#catalogue = replayed.catalogue;
    this.marks = replayed.marks;
    this.#toSeal = [...replayed.windows];
    this.#toFlush = [...replayed.strays];
    this.#newest = replayed.newest;
    for (const strays of replayed.strays) this.#newest = Math.max(this.#newest, strays.newest);
    for (let number = 0; number < view.plans.count; number++) this.#notePlan(number);
  }

  /** LSN that the next record gets. */
  get lsn(): number {
    return this.#log.lsn;
  }

  get head(): Head {
    return this.#head;
  }

  /** Memory or log space is short: receivers stop reading until it is false again. */
  get isFull(): boolean {
    return (
      this.#view.pool.available < this.#spare ||
      !this.#ring.hasRoom(2) ||
      this.#head.strays.count > this.#options.maxStrays * 2
    );
  }

  /** Begins to log, at `lsn`: above everything that the log or a StatFile holds. */
  start(lsn: number): void {
    this.#log.start(lsn);
    // Definitions that wait since the replay are in the old log only.
    this.#catalogueLsn = this.#catalogue.bytes === 0 ? lsn : 0;
    this.#rotate();
    this.tick();
  }

  /**
   * Number of the plan, made known if it is new.
   *
   * @throws RangeError when there are too many plans, or it has too many tiers
   * @throws LogFullError
   */
  planNumber(plan: Plan): number {
    const known = this.#view.plans.numberOf(plan);
    if (known >= 0) return known;
    if (!this.#log.reserve(RECORD_ROOM + plan.tiers.length * 24)) throw new LogFullError();
    const number = this.#view.plans.add(plan);
    this.#log.plan(number, plan);
    this.#catalogue.plan(number, plan);
    this.#notePlan(number);
    return number;
  }

  /**
   * A new series; its defining record is in the log before its first datapoint.
   *
   * @throws RangeError when there is no room for another series
   * @throws LogFullError
   */
  createSeries(path: string, plan: number): number {
    const series = this.#view.series.next;
    if (series >= this.#view.series.capacity) throw new RangeError("too many series");
    const name = Buffer.from(path);
    const created = Math.floor(this.#clock.wallMs() / 1000);
    if (!this.#log.reserve(RECORD_ROOM + name.length)) throw new LogFullError();
    this.#names.add(path, series);
    this.#view.series.define(series, plan);
    this.#log.series(series, plan, created, name);
    this.#catalogue.series(series, plan, created, name);
    return series;
  }

  /** What the slots of a series mean. */
  modeOf(series: number): Mode {
    const { series: table, plans } = this.#view;
    return plans.get(table.planOf[series]!).mode;
  }

  /**
   * Gives a series another plan, from the next moment on at which that tears nothing apart: after
   * all open windows, where a new slot and a new window begin, and after everything that was
   * received ahead of its time, which has been stored with the old plan. Returns that moment in
   * seconds; null when there is no memory for more changes. A plan was learned when its step is that
   * at which the series' datapoints came.
   *
   * @throws LogFullError
   */
  changePlan(series: number, plan: number, isLearned: boolean): number | null {
    const { series: table, plans } = this.#view;
    const step = plans.step[plan]!;
    const window = WINDOW_SECONDS[0];
    const grid = isLongStep(step) ? step : leastCommonMultiple(step, window);
    const earliest = Math.max(
      this.#now + EPOCH_AHEAD_SECONDS,
      // What was early fills up the slot that it is in.
      Math.min(this.#newestSlot, this.#now + FUTURE_SECONDS) + plans.step[table.planOf[series]!]!,
      table.epochs(series).at(-1)!.from + 1,
    );
    const from = Math.ceil(earliest / grid) * grid;
    if (!this.#log.reserve(RECORD_ROOM)) throw new LogFullError();
    if (!table.beginEpoch(series, from, plan, isLearned)) return null;
    this.#view.changes.touch(series);
    this.#log.epoch(series, from, plan, isLearned);
    this.#catalogue.epoch(series, from, plan, isLearned);
    return from;
  }

  /**
   * Ends series for good, at once: no reader finds them, and their numbers are never used again. All
   * of `series` is one record of the log, and so one step, as long as that fits a frame. Whoever
   * keeps numbers of series must forget these before the next datapoint.
   *
   * @returns how many there were
   * @throws LogFullError when some or all of them could not be logged; those are still there
   */
  deleteSeries(series: Iterable<number>): number {
    const live = [...new Set(series)]
      .filter((number) => number < this.#view.series.next && !this.#view.series.isDeleted(number))
      .sort((a, b) => a - b);
    const most = Math.floor((this.#ring.payloadBytes - RECORD_ROOM) / DELETED_ROOM);
    for (let from = 0; from < live.length; from += most) {
      const deleted = live.slice(from, from + most);
      const lsn = this.#log.delete(deleted);
      if (lsn < 0) throw new LogFullError();
      this.#catalogue.delete(deleted);
      this.#view.series.delete(deleted, lsn);
      for (const number of deleted) this.#names.remove(number);
      this.#events.deleted([...new Set(deleted.map(shardOf))]);
    }
    return live.length;
  }

  /** Takes a datapoint or a single sample; see PointSink for mantissa and decimals. */
  point(
    series: number,
    time: number,
    value: number,
    mantissa: number,
    decimals: number,
  ): Refusal | null {
    const age = this.#now - time;
    // What is fresh needs no look at its plan: the usual case by far.
    if (age > this.#freshSeconds || age < -FUTURE_SECONDS) {
      if (age < 0) return "too-far-ahead";
      if (age > this.#view.plans.longest[this.#view.series.planAt(series, time)]!) return "too-old";
    }
    const lsn = this.#log.point(series, time, value, mantissa, decimals);
    if (lsn < 0) return "log-full";
    this.#head.point(series, time, value, lsn);
    return null;
  }

  /** Takes a set of samples that merges into its bucket. */
  bucketSample(series: number, time: number, bucket: Bucket): Refusal | null {
    const age = this.#now - time;
    if (age < -FUTURE_SECONDS) return "too-far-ahead";
    if (age > this.#view.plans.longest[this.#view.series.planAt(series, time)]!) return "too-old";
    const lsn = this.#log.bucket(series, time, bucket);
    if (lsn < 0) return "log-full";
    this.#head.bucket(series, time, bucket, lsn);
    return null;
  }

  /** Bytes that the present frame of the log still has. */
  get frameRoom(): number {
    return this.#log.room;
  }

  /** Bytes that a whole frame of the log has. */
  get frameBytes(): number {
    return this.#ring.payloadBytes;
  }

  /** Begins a new frame of the log; false when there is no room for one. */
  beginFrame(): boolean {
    this.#log.flush();
    return this.#log.reserve(1);
  }

  /**
   * Notes that a batch was taken, or its first `lines` lines (0: all of them), in the frame that is
   * being filled. Whoever takes a batch sees to it that its lines are in the same frame.
   *
   * @throws LogFullError
   */
  markBatch(sender: string, number: number, lines: number): void {
    const mark = { sender, number, lines, heard: this.#now };
    const lsn = this.#log.batch(mark);
    if (lsn < 0) throw new LogFullError();
    this.marks.note(mark, lsn + 1);
  }

  /** Does what is due by the clock: called about every 100 ms. */
  tick(): void {
    this.#now = Math.floor(this.#clock.wallMs() / 1000);
    this.#turnWindows(1);
    const turned = this.#turnWindows(0);
    this.#freezeIfDue();
    const ended = this.#toSeal.length + this.#toFlush.length > 0;
    if (this.#catalogue.bytes >= CATALOGUE_BYTES || ended) this.flushCatalogue();
    this.flush();
    for (const window of this.#toSeal.splice(0)) {
      this.#events.cut(this.#view.windows.indexOf(window));
    }
    for (const strays of this.#toFlush.splice(0)) {
      this.#events.frozen(this.#view.strays.indexOf(strays));
    }
    if (turned || this.#bytesSinceRotate > this.#options.rotateBytes) {
      this.#bytesSinceRotate = 0;
      this.#rotate();
    }
    this.#freeRetired();
  }

  /** Hands over the frame that is being filled. */
  flush(): void {
    this.#log.flush();
  }

  flushCatalogue(): void {
    if (this.#catalogue.bytes === 0) return;
    this.#catalogueWaits++;
    const { lsn } = this;
    this.#events.catalogue(this.#catalogue.take(this.#view.series.next, lsn), lsn);
  }

  /** Frames that became durable, oldest first. */
  released(frames: number): void {
    this.#ring.release(frames);
  }

  /** The catalogue holds all definitions below `lsn`. */
  catalogued(lsn: number): void {
    this.#catalogueWaits--;
    this.#catalogueLsn = lsn;
    this.#tellNeeded();
  }

  /** A window is in a StatFile and in the manifest, and readers know. */
  sealed(window: number): void {
    const part = this.#view.windows[window]!;
    part.markSealed();
    this.#retire(part);
  }

  /** The same for a stray log. */
  flushed(strays: number): void {
    const part = this.#view.strays[strays]!;
    part.markFlushed();
    this.#retire(part);
  }

  /** Start of the newest slot that lies in no window. */
  get #newestSlot(): number {
    return Math.max(this.#newest, this.#head.strays.newest);
  }

  #rotate(): void {
    this.marks.expire(this.#now);
    this.#log.rotate(this.#head.openWindows, this.marks.all);
  }

  #notePlan(number: number): void {
    this.#freshSeconds = Math.min(this.#freshSeconds, this.#view.plans.longest[number]!);
  }

  #turnWindows(windowClass: WindowClass): boolean {
    const seconds = WINDOW_SECONDS[windowClass];
    const now = this.#clock.wallMs() / 1000;
    let turned = false;
    for (const open of this.#head.openWindows.filter((o) => o.windowClass === windowClass)) {
      // A window ahead of its time is left over from a clock that has jumped back.
      const isOver = now >= open.end + GRACE_SECONDS || now < open.start - seconds;
      if (!isOver) continue;
      const lsn = this.#log.cut(windowClass, open.index);
      if (lsn < 0) return turned;
      const window = this.#head.cut(windowClass, open.index, lsn);
      if (window !== null) this.#handOver(window);
      turned = true;
    }
    const present = Math.floor(now / seconds);
    for (const index of [present - 1, present, present + 1]) {
      const isDue =
        now >= index * seconds - GRACE_SECONDS && now < (index + 1) * seconds + GRACE_SECONDS;
      if (!isDue || this.#head.isOpen(windowClass, index) || !this.#head.hasFreeWindow) continue;
      const lsn = this.#log.open(windowClass, index);
      if (lsn < 0) return turned;
      this.#head.open(windowClass, index, lsn);
    }
    return turned;
  }

  /** An empty window is as good as sealed. */
  #handOver(window: HeadWindow): void {
    if (window.isEmpty) {
      window.markSealed();
      this.#retire(window);
    } else {
      this.#toSeal.push(window);
    }
  }

  #freezeIfDue(): boolean {
    const count = this.#head.strays.count;
    if (count === 0) {
      this.#strayingSince = Number.POSITIVE_INFINITY;
      return false;
    }
    const now = this.#clock.monotonicMs();
    if (this.#strayingSince === Number.POSITIVE_INFINITY) this.#strayingSince = now;
    const isDue =
      count >= this.#options.maxStrays ||
      now - this.#strayingSince >= this.#options.strayAgeSeconds * 1000;
    return isDue && this.freezeStrays();
  }

  /** Ends the stray log, so that it is flushed to a StatFile; false when none is free to go on. */
  freezeStrays(): boolean {
    if (this.#head.strays.count === 0 || !this.#head.hasFreeStrays) return false;
    const lsn = this.#log.freeze();
    if (lsn < 0) return false;
    this.#newest = this.#newestSlot;
    const strays = this.#head.freeze(lsn);
    if (strays !== null) this.#toFlush.push(strays);
    this.#strayingSince = Number.POSITIVE_INFINITY;
    return true;
  }

  #retire(part: HeadWindow | StrayLog): void {
    this.#retired.push({ part, epoch: this.#view.epochs.advance() });
    this.#freeRetired();
    this.#tellNeeded();
  }

  #freeRetired(): void {
    this.#retired = this.#retired.filter(({ part, epoch }) => {
      if (!this.#view.epochs.isFree(epoch)) return true;
      part.free(this.#view.pool);
      return false;
    });
  }

  #tellNeeded(): void {
    const allCatalogued = this.#catalogueWaits === 0 && this.#catalogue.bytes === 0;
    const catalogued = allCatalogued ? this.lsn : this.#catalogueLsn;
    const needed = Math.min(this.#head.firstLsn, catalogued);
    if (needed <= this.#neededLsn) return;
    this.#neededLsn = needed;
    this.#events.needed(needed);
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
