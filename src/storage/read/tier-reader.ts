import { type Bucket, combine, emptyBucket } from "../bucket.ts";
import { roundMantissas } from "../codec/round-mantissas.ts";
import type { FileEntry } from "../manifest.ts";
import { EVENT, GAUGE, type Plan } from "../plan.ts";
import { TierBuilder } from "../roll-up/tier-builder.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { StatFileReader } from "../statfile/reader.ts";
import type { StoreView } from "../store-memory.ts";
import { type FileSet, sectionKey } from "./file-set.ts";
import { ImportedReader } from "./imported-reader.ts";
import { firstLivePart, type Part } from "./parts.ts";

/** Slots that are read at a time, so that a long range at a fine step stays bounded. */
const CHUNK_SLOTS = 16_384;

/**
 * Reads a series in any tier of a plan from the parts that hold it.
 *
 * The finest tier is joined from its parts in the order of the log. A bucket of a coarser tier is
 * the one that was written, unless a newer part of the finest tier overlaps it, or it was not
 * written yet: then it is built from the next finer tier. So the answer is the same before and
 * after roll-ups are written. Where the finest tier has expired a late datapoint is all that it
 * holds of a bucket: what is built replaces what was written only if it knows as much.
 *
 * What was imported from another store fills what is left: see imported-reader.ts.
 */
export class TierReader {
  readonly #view: StoreView;
  readonly #files: FileSet;
  /** Working memory by tier. */
  readonly #columns: BlockColumns[] = [];
  readonly #builders: TierBuilder[] = [];
  #values = new Float64Array(0);
  #block: BlockColumns | null = null;
  readonly #imported: ImportedReader;

  constructor(view: StoreView, files: FileSet) {
    this.#view = view;
    this.#files = files;
    this.#imported = new ImportedReader(view, files);
  }

  /** Feeds what [from, until) holds in a tier to a builder of coarser buckets. */
  build(
    series: number,
    planNumber: number,
    tier: number,
    from: number,
    until: number,
    builder: TierBuilder,
    parts: readonly Part[],
  ): void {
    const plan = this.#view.plans.get(planNumber);
    const { step } = plan.tiers[tier]!;
    const last = Math.ceil(until / step);
    for (let at = Math.ceil(from / step); at < last; ) {
      // Nothing is read where no part has anything: a long empty range costs nothing.
      const next = nextSlotWithData(at, step, parts);
      if (next >= last) return;
      at = Math.max(at, next);
      const slots = Math.min(CHUNK_SLOTS, last - at);
      if (tier === 0 && plan.mode !== GAUGE) {
        if (this.#values.length < slots) this.#values = new Float64Array(slots);
        const values = this.#values.subarray(0, slots).fill(Number.NaN);
        this.readValues(series, planNumber, at, values, parts);
        builder.addValues(step, at, values);
      } else {
        const columns = this.#scratch(tier, slots);
        this.readColumns(series, planNumber, tier, at, slots, columns, parts);
        builder.addBuckets(step, at, slots, columns);
      }
      at += slots;
    }
  }

  /** Fills columns[0..slots) with the buckets of a tier; of the finest one for gauges only. */
  readColumns(
    series: number,
    planNumber: number,
    tier: number,
    firstSlot: number,
    slots: number,
    columns: BlockColumns,
    parts: readonly Part[],
  ): void {
    columns.clear(slots);
    const firstLive = firstLivePart(parts);
    const live = firstLive === 0 ? parts : parts.slice(firstLive);
    if (tier === 0) this.#readGauge(series, planNumber, firstSlot, slots, columns, live);
    else this.#readTier(series, planNumber, tier, firstSlot, slots, columns, live);
    if (firstLive === 0) return;
    const imported = parts.slice(0, firstLive);
    if (tier === 0) {
      this.#imported.fillGauge(series, planNumber, firstSlot, slots, columns, imported);
      return;
    }
    const build = (start: number, end: number, builder: TierBuilder): void =>
      this.build(series, planNumber, 0, start, end, builder, parts);
    this.#imported.fillTier(series, planNumber, tier, firstSlot, slots, columns, imported, build);
  }

  /** Fills `values` (all NaN) with a replacing series' datapoints or an event counter's rates. */
  readValues(
    series: number,
    planNumber: number,
    firstSlot: number,
    values: Float64Array,
    parts: readonly Part[],
  ): void {
    const plan = this.#view.plans.get(planNumber);
    const step = plan.tiers[0]!.step;
    const isEvent = plan.mode === EVENT;
    const from = firstSlot * step;
    const until = (firstSlot + values.length) * step;
    const firstLive = firstLivePart(parts);
    for (let i = firstLive; i < parts.length; i++) {
      const part = parts[i]!;
      if (part.until <= from || part.from >= until) continue;
      const into = isEvent ? new Float64Array(values.length).fill(Number.NaN) : values;
      if (part.kind === "window") {
        if (this.#isWindowOf(part, planNumber, series)) {
          part.window.readValues(series, step, firstSlot, into);
        }
      } else if (part.kind === "strays") {
        const head = part.strays.heads.get(series);
        if (head !== 0) {
          part.strays.entries.readStrays(head, planNumber, isEvent, firstSlot, into);
        }
      } else if (isOfTier(part.entry, plan, 0)) {
        this.#eachSection(part.entry, planNumber, 0, series, (reader, index) => {
          reader.readValuesInto(index, series % 8192, firstSlot, into);
        });
      }
      if (isEvent) addValues(values, into);
    }
    if (firstLive === 0) return;
    const imported = parts.slice(0, firstLive);
    this.#imported.fillValues(series, planNumber, firstSlot, values, imported);
  }

  #readTier(
    series: number,
    planNumber: number,
    tier: number,
    firstSlot: number,
    slots: number,
    columns: BlockColumns,
    parts: readonly Part[],
  ): void {
    const plan = this.#view.plans.get(planNumber);
    const { step } = plan.tiers[tier]!;
    const covered = this.#readWritten(series, planNumber, tier, firstSlot, slots, columns, parts);
    const isStale = this.#staleBuckets(series, planNumber, step, firstSlot, covered, parts);
    if (isStale === null) return;
    this.#builders[tier] ??= new TierBuilder();
    const builder = this.#builders[tier]!;
    for (let from = 0; from < slots; ) {
      if (isStale[from] === 0) {
        from++;
        continue;
      }
      let to = from + 1;
      while (to < slots && isStale[to] === 1) to++;
      const start = (firstSlot + from) * step;
      builder.begin(start, step, to - from);
      this.build(series, planNumber, tier - 1, start, (firstSlot + to) * step, builder, parts);
      for (let at = from; at < to; at++) {
        const known = columns.count[at] === 0 ? 0 : columns.slots[at]!;
        if (builder.slotsOf(at - from) >= known) builder.copy(at - from, columns, at);
      }
      from = to;
    }
    // As it is written, so that nothing changes when it is.
    roundMantissas(columns.m2, slots);
  }

  /**
   * Fills `columns` from the files of a coarser tier, the newest of each bucket; returns up to which
   * log position each is right, -1 where nothing was written.
   */
  #readWritten(
    series: number,
    planNumber: number,
    tier: number,
    firstSlot: number,
    slots: number,
    columns: BlockColumns,
    parts: readonly Part[],
  ): Float64Array {
    const plan = this.#view.plans.get(planNumber);
    const covered = new Float64Array(slots).fill(-1);
    for (const part of parts) {
      if (part.kind !== "file" || !isOfTier(part.entry, plan, tier)) continue;
      this.#eachSection(part.entry, planNumber, tier, series, (reader, index) => {
        const section = reader.sections[index]!;
        const shift = section.firstSlot - firstSlot;
        const from = Math.max(0, shift);
        const to = Math.min(slots, shift + section.slots);
        if (from >= to) return;
        covered.fill(part.lsn, from, to);
        columns.count.fill(0, from, to);
        const block = this.#blockOf(section.slots);
        if (!reader.readColumns(index, series % 8192, block)) return;
        for (let at = from; at < to; at++) block.copy(at - shift, columns, at);
      });
    }
    return covered;
  }

  /** Which buckets a part of the finest tier has changed since they were written; null for none. */
  #staleBuckets(
    series: number,
    planNumber: number,
    step: number,
    firstSlot: number,
    covered: Float64Array,
    parts: readonly Part[],
  ): Uint8Array | null {
    let isStale: Uint8Array | null = null;
    const plan = this.#view.plans.get(planNumber);
    for (const part of parts) {
      if (part.kind === "file" && !isOfTier(part.entry, plan, 0)) continue;
      const from = Math.max(0, Math.floor(part.from / step) - firstSlot);
      const to = Math.min(covered.length, Math.ceil(part.until / step) - firstSlot);
      let isNewer = false;
      for (let at = from; at < to && !isNewer; at++) isNewer = part.lsn > covered[at]!;
      if (!isNewer || !this.#holds(part, planNumber, series)) continue;
      isStale ??= new Uint8Array(covered.length);
      for (let at = from; at < to; at++) if (part.lsn > covered[at]!) isStale[at] = 1;
    }
    return isStale;
  }

  #holds(part: Part, planNumber: number, series: number): boolean {
    if (part.kind === "window") return this.#isWindowOf(part, planNumber, series);
    if (part.kind === "strays") return part.strays.heads.get(series) !== 0;
    let holds = false;
    this.#eachSection(part.entry, planNumber, 0, series, (reader, index) => {
      holds ||= reader.hasLane(index, series % 8192);
    });
    return holds;
  }

  /** Whether a series' slots in a window are those of the plan. */
  #isWindowOf(part: Part & { kind: "window" }, planNumber: number, series: number): boolean {
    const { window } = part;
    if (window.heads.get(series) === 0) return false;
    return this.#view.series.planAt(series, window.start) === planNumber;
  }

  /** Joins the samples of a gauge's slots. */
  #readGauge(
    series: number,
    planNumber: number,
    firstSlot: number,
    slots: number,
    columns: BlockColumns,
    parts: readonly Part[],
  ): void {
    const plan = this.#view.plans.get(planNumber);
    const step = plan.tiers[0]!.step;
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
        if (this.#isWindowOf(part, planNumber, series)) {
          part.window.visitBuckets(series, step, scratch, join);
        }
      } else if (part.kind === "strays") {
        const head = part.strays.heads.get(series);
        if (head !== 0) {
          part.strays.entries.visitBuckets(head, part.strays.wide, scratch, join, planNumber);
        }
      } else if (isOfTier(part.entry, plan, 0)) {
        this.#eachSection(part.entry, planNumber, 0, series, (reader, index) => {
          const section = reader.sections[index]!;
          const block = this.#blockOf(section.slots);
          if (!reader.readColumns(index, series % 8192, block)) return;
          block.visit(section.slots, (slot, bucket) => join(section.firstSlot + slot, bucket));
        });
      }
    }
  }

  /** Calls `visit` for a file's sections of a series' shard; a damaged file is left out. */
  #eachSection(
    entry: FileEntry,
    planNumber: number,
    tier: number,
    series: number,
    visit: (reader: StatFileReader, index: number) => void,
  ): void {
    const file = this.#files.open(entry);
    if (file === null) return;
    try {
      const sections = file.sections.get(sectionKey(planNumber, tier, series));
      if (sections !== undefined) for (const index of sections) visit(file.reader, index);
    } catch (error) {
      this.#files.breakFile(entry, error);
    }
  }

  #scratch(tier: number, slots: number): BlockColumns {
    let columns = this.#columns[tier];
    if (columns === undefined || columns.length < slots) {
      columns = new BlockColumns(Math.max(slots, 1024));
      this.#columns[tier] = columns;
    }
    return columns;
  }

  #blockOf(slots: number): BlockColumns {
    if (this.#block === null || this.#block.length < slots) {
      this.#block = new BlockColumns(Math.max(slots, 1024));
    }
    return this.#block;
  }
}

function isOfTier(entry: FileEntry, plan: Plan, tier: number): boolean {
  const { step, retention } = plan.tiers[tier]!;
  return entry.step === step && entry.retention === retention;
}

/** First slot from `slot` on in which a part may have something; infinite when none has. */
export function nextSlotWithData(slot: number, step: number, parts: readonly Part[]): number {
  let next = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (part.until <= slot * step) continue;
    next = Math.min(next, Math.max(slot, Math.floor(part.from / step)));
    if (next === slot) return slot;
  }
  return next;
}

function addValues(into: Float64Array, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const old = into[i]!;
    into[i] = Number.isNaN(old) ? value : old + value;
  }
}
