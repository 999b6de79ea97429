import { type Bucket, combine, emptyBucket } from "../bucket.ts";
import { STRAYS_ACTIVE, STRAYS_FROZEN, type StrayLog } from "../head/stray-log.ts";
import { CUT, type HeadWindow, OPEN } from "../head/window.ts";
import type { FileEntry } from "../manifest.ts";
import { EVENT, GAUGE, type Mode } from "../plan.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { StoreView } from "../store-memory.ts";
import { type FileSet, sectionKey } from "./file-set.ts";
import { type Geometry, geometryOf, type ReadWindow, type Stretch } from "./geometry.ts";
import { type Method, RollUp } from "./roll-up.ts";

export interface Consolidation {
  method: Method;
  xFilesFactor: number;
}

export interface ReadSeries {
  start: number;
  end: number;
  step: number;
  /** NaN is a gap. */
  values: Float64Array;
}

/** Base slots that are read at a time, so that a long range at a fine step stays bounded. */
const CHUNK_SLOTS = 16_384;

/** Something that holds slots: a StatFile, a window or a stray log; `lsn` is where it ends. */
type Part =
  | { kind: "file"; lsn: number; from: number; until: number; entry: FileEntry }
  | { kind: "window"; lsn: number; from: number; until: number; window: HeadWindow }
  | { kind: "strays"; lsn: number; from: number; until: number; strays: StrayLog };

/**
 * Reads series from StatFiles and the head. One per reading thread; it locks nothing: the head is
 * read while it is written, and a pinned epoch keeps the memory from being used again meanwhile.
 *
 * The parts of a slot are joined in the order of the log. A window that is in memory and in a file
 * is taken from the file.
 */
export class StoreReader {
  readonly #view: StoreView;
  readonly #files: FileSet;
  readonly #reader: number;
  /** Takes in news of StatFiles; called between the look at the head and the look at the files. */
  readonly #refreshFiles: () => void;
  readonly #columns = new BlockColumns(CHUNK_SLOTS);

  constructor(view: StoreView, files: FileSet, reader: number, refreshFiles: () => void) {
    this.#view = view;
    this.#files = files;
    this.#reader = reader;
    this.#refreshFiles = refreshFiles;
  }

  /** The grid a series would be answered on; null when it keeps nothing of the window. */
  geometry(series: number, window: ReadWindow): Geometry | null {
    this.#view.plans.refresh();
    return geometryOf(this.#view.series, series, window);
  }

  /** Reads the series on their grids; null where `geometries` has null. */
  read(
    series: readonly number[],
    geometries: readonly (Geometry | null)[],
    consolidations: readonly Consolidation[],
  ): (ReadSeries | null)[] {
    this.#view.epochs.pin(this.#reader);
    try {
      let from = Number.POSITIVE_INFINITY;
      let until = Number.NEGATIVE_INFINITY;
      for (const geometry of geometries) {
        if (geometry === null) continue;
        from = Math.min(from, geometry.start);
        until = Math.max(until, geometry.end);
      }
      const parts = this.#partsBetween(from, until);
      return series.map((number, i) => {
        const geometry = geometries[i] ?? null;
        return geometry === null
          ? null
          : this.#readSeries(number, geometry, consolidations[i]!, parts);
      });
    } finally {
      this.#view.epochs.unpin(this.#reader);
    }
  }

  /** The head first and the files second: a part that moves in between is then seen twice, not never. */
  #partsBetween(from: number, until: number): Part[] {
    const windows = this.#view.windows.filter(({ state }) => state === OPEN || state === CUT);
    const logs = this.#view.strays.filter(
      ({ state, count }) => (state === STRAYS_ACTIVE || state === STRAYS_FROZEN) && count > 0,
    );
    this.#refreshFiles();
    const files = this.#files;
    const parts: Part[] = [];
    for (const entry of files.between(from, until)) {
      parts.push({ kind: "file", lsn: entry.lsn, from: entry.from, until: entry.until, entry });
    }
    // Where a part ends is asked only now: it may have ended since.
    for (const window of windows) {
      const { cutLsn: lsn, start, end } = window;
      if (end <= from || start >= until || files.hasPart(lsn)) continue;
      parts.push({ kind: "window", lsn, from: start, until: end, window });
    }
    for (const strays of logs) {
      const { freezeLsn: lsn, oldest, newest } = strays;
      if (newest < from || oldest >= until || files.hasPart(lsn)) continue;
      parts.push({ kind: "strays", lsn, from: oldest, until: newest + 1, strays });
    }
    return parts.sort((a, b) => (a.lsn === b.lsn ? 0 : a.lsn - b.lsn));
  }

  #readSeries(
    series: number,
    geometry: Geometry,
    consolidation: Consolidation,
    parts: readonly Part[],
  ): ReadSeries {
    const { start, end, step, stretches } = geometry;
    const { plans } = this.#view;
    const only = stretches.length === 1 ? stretches[0]! : null;
    if (only !== null && plans.step[only.plan] === step && plans.mode[only.plan] !== GAUGE) {
      const values = new Float64Array((end - start) / step).fill(Number.NaN);
      this.#readValues(series, only.plan, Math.round(start / step), values, parts);
      return { start, end, step, values };
    }
    const rollUp = new RollUp(start, step, (end - start) / step);
    for (const stretch of stretches) this.#rollUpStretch(series, stretch, geometry, rollUp, parts);
    const values = rollUp.finish(consolidation.method, consolidation.xFilesFactor);
    return { start, end, step, values };
  }

  #rollUpStretch(
    series: number,
    stretch: Stretch,
    { start, end }: Geometry,
    rollUp: RollUp,
    parts: readonly Part[],
  ): void {
    const { plans } = this.#view;
    const baseStep = plans.step[stretch.plan]!;
    const mode = plans.mode[stretch.plan] as Mode;
    const first = Math.ceil(Math.max(start, stretch.from) / baseStep);
    const last = Math.ceil(Math.min(end, stretch.until) / baseStep);
    const values = new Float64Array(mode === GAUGE ? 0 : Math.min(CHUNK_SLOTS, last - first));
    for (let at = first; at < last; ) {
      // Nothing is read where no part has anything: a long empty range costs nothing.
      const next = this.#nextSlotWithData(at, baseStep, parts);
      if (next >= last) return;
      at = Math.max(at, next);
      const slots = Math.min(CHUNK_SLOTS, last - at);
      if (mode === GAUGE) {
        this.#readBuckets(series, stretch.plan, at, slots, parts);
        this.#columns.visit(slots, (slot, bucket) => {
          const { count, sum, min, max, last: newest } = bucket;
          rollUp.addBucket(baseStep, at + slot, count, sum, min, max, newest);
        });
      } else {
        const chunk = values.subarray(0, slots).fill(Number.NaN);
        this.#readValues(series, stretch.plan, at, chunk, parts);
        rollUp.addValues(mode, baseStep, at, chunk);
      }
      at += slots;
    }
  }

  #nextSlotWithData(slot: number, step: number, parts: readonly Part[]): number {
    let next = Number.POSITIVE_INFINITY;
    for (const part of parts) {
      if (part.until <= slot * step) continue;
      next = Math.min(next, Math.max(slot, Math.floor(part.from / step)));
      if (next === slot) return slot;
    }
    return next;
  }

  /** Fills `values` (all NaN) from the parts, in the order of the log. */
  #readValues(
    series: number,
    plan: number,
    firstSlot: number,
    values: Float64Array,
    parts: readonly Part[],
  ): void {
    const step = this.#view.plans.step[plan]!;
    const isEvent = this.#view.plans.mode[plan] === EVENT;
    const from = firstSlot * step;
    const until = (firstSlot + values.length) * step;
    for (const part of parts) {
      if (part.until <= from || part.from >= until) continue;
      const into = isEvent ? new Float64Array(values.length).fill(Number.NaN) : values;
      if (part.kind === "window") {
        if (this.#isWindowOf(part.window, plan, series)) {
          part.window.readValues(series, step, firstSlot, into);
        }
      } else if (part.kind === "strays") {
        const { entries, heads } = part.strays;
        const head = Atomics.load(heads, series);
        if (head !== 0) entries.readStrays(head, plan, isEvent, firstSlot, into);
      } else {
        this.#readFileValues(part.entry, series, plan, firstSlot, into);
      }
      if (isEvent) addValues(values, into);
    }
  }

  /** Whether a series' slots in a window are those of `plan`. */
  #isWindowOf(window: HeadWindow, plan: number, series: number): boolean {
    return this.#view.series.planAt(series, window.start) === plan;
  }

  #readFileValues(
    entry: FileEntry,
    series: number,
    plan: number,
    firstSlot: number,
    into: Float64Array,
  ): void {
    const file = this.#files.open(entry);
    if (file === null) return;
    try {
      for (const index of file.sections.get(sectionKey(plan, series)) ?? []) {
        file.reader.readValuesInto(index, series % 8192, firstSlot, into);
      }
    } catch (error) {
      this.#files.breakFile(entry, error);
    }
  }

  /** Fills the scratch columns with the buckets of a gauge. */
  #readBuckets(
    series: number,
    plan: number,
    firstSlot: number,
    slots: number,
    parts: readonly Part[],
  ): void {
    const step = this.#view.plans.step[plan]!;
    const columns = this.#columns;
    columns.clear(slots);
    const joined = emptyBucket();
    const scratch = emptyBucket();
    const join = (slot: number, bucket: Bucket): void => {
      const at = slot - firstSlot;
      if (at < 0 || at >= slots) return;
      const { count, sum, min, max, last, m2 } = bucket;
      columns.get(at, joined);
      combine(joined, count, 0, sum, min, max, last, m2);
      joined.slots = 1;
      columns.set(at, joined);
    };
    for (const part of parts) {
      if (part.until <= firstSlot * step || part.from >= (firstSlot + slots) * step) continue;
      if (part.kind === "window") {
        if (this.#isWindowOf(part.window, plan, series)) {
          part.window.visitBuckets(series, step, scratch, join);
        }
      } else if (part.kind === "strays") {
        const head = Atomics.load(part.strays.heads, series);
        if (head !== 0) {
          part.strays.entries.visitBuckets(head, part.strays.wide, scratch, join, plan);
        }
      } else {
        this.#readFileBuckets(part.entry, series, plan, join);
      }
    }
  }

  #readFileBuckets(
    entry: FileEntry,
    series: number,
    plan: number,
    join: (slot: number, bucket: Bucket) => void,
  ): void {
    const file = this.#files.open(entry);
    if (file === null) return;
    try {
      for (const index of file.sections.get(sectionKey(plan, series)) ?? []) {
        const { firstSlot, slots } = file.reader.sections[index]!;
        const block = new BlockColumns(slots);
        if (!file.reader.readColumns(index, series % 8192, block)) continue;
        block.visit(slots, (slot, bucket) => join(firstSlot + slot, bucket));
      }
    } catch (error) {
      this.#files.breakFile(entry, error);
    }
  }
}

function addValues(into: Float64Array, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const old = into[i]!;
    into[i] = Number.isNaN(old) ? value : old + value;
  }
}
