import type { Bucket } from "../bucket.ts";
import { EVENT, type Mode } from "../plan.ts";
import type { SeriesTable } from "../series-table.ts";
import { isLongStep, WINDOW_SECONDS, type WindowClass, windowClassOf } from "../slots.ts";
import type { OwnedStoreView } from "../store-memory.ts";
import type { PagePool } from "./page-pool.ts";
import { STRAYS_ACTIVE, STRAYS_FREE, type StrayLog } from "./stray-log.ts";
import { FREE, type HeadWindow } from "./window.ts";

/** What replay knows to be on disk already, from the manifest. */
export interface DurableParts {
  hasWindow(windowClass: WindowClass, index: number, openLsn: number): boolean;
  hasStrays(freezeLsn: number): boolean;
}

/** An open window; `window` is null while a window is replayed that is on disk already. */
interface OpenWindow {
  windowClass: WindowClass;
  index: number;
  start: number;
  end: number;
  openLsn: number;
  window: HeadWindow | null;
}

/**
 * The head: routes datapoints to open windows or to the stray log.
 *
 * Routing is a function of the log alone: windows open and close by records of the log, so replay
 * puts every datapoint into the part where it was before the crash, whatever the clock says.
 * No method here looks at a clock.
 */
export class Head {
  readonly #view: OwnedStoreView;
  readonly #series: SeriesTable;
  readonly #pool: PagePool;
  readonly #density: Uint8Array;
  readonly #durable: DurableParts;
  #open: OpenWindow[] = [];
  /** The window hit last, by class: the one that nearly every datapoint goes to. */
  readonly #last: OpenWindow[] = [];
  #strays: StrayLog;
  /** The latest moment before which no window was open at some time. */
  #closedUntil = Number.NEGATIVE_INFINITY;
  /** Datapoints that found no memory; receivers pause long before. */
  dropped = 0;

  constructor(view: OwnedStoreView, durable: DurableParts) {
    this.#view = view;
    this.#series = view.series;
    this.#pool = view.pool;
    this.#density = view.density;
    this.#durable = durable;
    this.#last = ([0, 1] as const).map((windowClass) => ({
      windowClass,
      index: -1,
      start: Number.POSITIVE_INFINITY,
      end: Number.NEGATIVE_INFINITY,
      openLsn: -1,
      window: null,
    }));
    this.#strays = view.strays[0]!;
    this.#strays.activate();
  }

  get openWindows(): readonly OpenWindow[] {
    return this.#open;
  }

  get strays(): StrayLog {
    return this.#strays;
  }

  point(series: number, time: number, value: number, lsn: number): void {
    const table = this.#series;
    const plan = table.epochOf[series] === 0 ? table.planOf[series]! : table.planAt(series, time);
    const step = table.plans.step[plan]!;
    const mode = table.plans.mode[plan] as Mode;
    const slot = Math.floor(time / step);
    const start = slot * step;
    const stored = mode === EVENT ? value / step : value;
    const last = this.#last[step < 10 ? 1 : 0]!;
    const target =
      start >= last.start && start < last.end ? last : this.#find(windowClassOf(step), start);
    if (target === null || isLongStep(step)) {
      if (!this.#strays.put(this.#pool, series, plan, start, slot, stored, lsn)) this.dropped++;
      this.#view.changes.touch(series);
      return;
    }
    const window = target.window;
    if (window === null) return;
    if (!window.put(this.#pool, series, mode, step, slot, stored, this.#density)) this.dropped++;
  }

  bucket(series: number, time: number, bucket: Bucket, lsn: number): void {
    const table = this.#series;
    const plan = table.epochOf[series] === 0 ? table.planOf[series]! : table.planAt(series, time);
    const step = table.plans.step[plan]!;
    const slot = Math.floor(time / step);
    const start = slot * step;
    const target = this.#find(windowClassOf(step), start);
    if (target === null || isLongStep(step)) {
      if (!this.#strays.putBucket(this.#pool, series, plan, start, slot, bucket, lsn))
        this.dropped++;
      this.#view.changes.touch(series);
      return;
    }
    const window = target.window;
    if (window === null) return;
    if (!window.putBucket(this.#pool, series, step, slot, bucket, this.#density)) this.dropped++;
  }

  /** Whether a window can be opened now; not when too many wait to be sealed. */
  get hasFreeWindow(): boolean {
    return this.#view.windows.some((window) => window.state === FREE);
  }

  isOpen(windowClass: WindowClass, index: number): boolean {
    return this.#open.some((open) => open.windowClass === windowClass && open.index === index);
  }

  /** Opens a window and moves the strays that belong to it into it. */
  open(windowClass: WindowClass, index: number, lsn: number): void {
    const opened = this.#begin(windowClass, index, lsn, Math.min(lsn, this.#strays.firstLsn));
    this.#drain(opened);
  }

  /** A window that was open where the log begins. */
  resume(windowClass: WindowClass, index: number, openLsn: number, firstLsn: number): void {
    if (!this.isOpen(windowClass, index)) this.#begin(windowClass, index, openLsn, firstLsn);
  }

  /** Ends a window; returns it, or null when it is on disk already. */
  cut(windowClass: WindowClass, index: number, lsn: number): HeadWindow | null {
    const found = this.#open.find((o) => o.windowClass === windowClass && o.index === index);
    if (found === undefined) return null;
    this.#open = this.#open.filter((open) => open !== found);
    if (this.#last[windowClass] === found) this.#forgetLast(windowClass);
    found.window?.cut(lsn);
    this.#noteClosed();
    return found.window;
  }

  /** Whether the stray log can be frozen: another one must be free. */
  get hasFreeStrays(): boolean {
    return this.#view.strays.some((strays) => strays.state === STRAYS_FREE);
  }

  /** Ends the active stray log and begins another; returns it, or null when it is on disk already. */
  freeze(lsn: number): StrayLog | null {
    const frozen = this.#strays;
    if (this.#durable.hasStrays(lsn)) {
      frozen.free(this.#pool);
      frozen.activate();
      return null;
    }
    const next = this.#view.strays.find((strays) => strays.state === STRAYS_FREE);
    if (next === undefined) throw new Error("no stray log is free");
    frozen.freeze(lsn);
    next.activate();
    this.#strays = next;
    return frozen;
  }

  /** Oldest log position that memory alone holds. */
  get firstLsn(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const window of this.#view.windows) {
      if (window.state !== FREE) first = Math.min(first, window.firstLsn);
    }
    for (const strays of this.#view.strays) {
      if (strays.state >= STRAYS_ACTIVE) first = Math.min(first, strays.firstLsn);
    }
    return first;
  }

  /** Whether memory holds datapoints of the series: they came in the last minutes. */
  holds(series: number): boolean {
    for (const { heads } of this.#view.windows) if (heads.get(series) !== 0) return true;
    for (const { heads } of this.#view.strays) if (heads.get(series) !== 0) return true;
    return false;
  }

  #begin(windowClass: WindowClass, index: number, openLsn: number, firstLsn: number): OpenWindow {
    const start = index * WINDOW_SECONDS[windowClass];
    const opened: OpenWindow = {
      windowClass,
      index,
      start,
      end: start + WINDOW_SECONDS[windowClass],
      openLsn,
      window: null,
    };
    if (!this.#durable.hasWindow(windowClass, index, openLsn)) {
      const window = this.#view.windows.find((candidate) => candidate.state === FREE);
      if (window === undefined) throw new Error("no window is free");
      window.open(windowClass, index, openLsn, firstLsn);
      opened.window = window;
    }
    this.#open.push(opened);
    if (start < this.#closedUntil) this.#view.changes.reopen();
    this.#noteClosed();
    return opened;
  }

  /** Remembers up to where readers may have taken the past for closed. */
  #noteClosed(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const { start, window } of this.#open) if (window !== null) first = Math.min(first, start);
    if (Number.isFinite(first)) this.#closedUntil = Math.max(this.#closedUntil, first);
  }

  #drain(opened: OpenWindow): void {
    const strays = this.#strays;
    if (strays.count === 0 || strays.newest < opened.start || strays.oldest >= opened.end) return;
    const { plans, next } = this.#series;
    const wants = (plan: number, slot: number): boolean => {
      const step = plans.step[plan]!;
      const start = slot * step;
      if (windowClassOf(step) !== opened.windowClass || isLongStep(step)) return false;
      return start >= opened.start && start < opened.end;
    };
    const { heads } = strays;
    for (let series = heads.next(0, next); series < next; series = heads.next(series + 1, next)) {
      strays.drain(series, wants, (plan, slot, bucket, single) => {
        const window = opened.window;
        if (window === null) return;
        const step = plans.step[plan]!;
        const mode = plans.mode[plan] as Mode;
        const kept = single
          ? window.put(this.#pool, series, mode, step, slot, bucket.last, this.#density)
          : window.putBucket(this.#pool, series, step, slot, bucket, this.#density);
        if (!kept) this.dropped++;
      });
    }
  }

  #find(windowClass: WindowClass, start: number): OpenWindow | null {
    for (const open of this.#open) {
      if (open.windowClass === windowClass && start >= open.start && start < open.end) {
        this.#last[windowClass] = open;
        return open;
      }
    }
    return null;
  }

  #forgetLast(windowClass: WindowClass): void {
    this.#last[windowClass] = {
      windowClass,
      index: -1,
      start: Number.POSITIVE_INFINITY,
      end: Number.NEGATIVE_INFINITY,
      openLsn: -1,
      window: null,
    };
  }
}
