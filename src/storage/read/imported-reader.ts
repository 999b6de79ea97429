import { roundMantissas } from "../codec/round-mantissas.ts";
import type { FileEntry } from "../manifest.ts";
import type { Plan } from "../plan.ts";
import { TierBuilder } from "../roll-up/tier-builder.ts";
import { BlockColumns } from "../statfile/block.ts";
import { LANES } from "../statfile/format.ts";
import type { StatFileReader } from "../statfile/reader.ts";
import { EVERY_STATISTIC } from "../statistic.ts";
import { type FileSet, sectionKey } from "./file-set.ts";
import type { Part } from "./parts.ts";

/** Feeds all datapoints of [start, end), received and imported ones, to a builder. */
type Build = (start: number, end: number, builder: TierBuilder) => void;

/** All that is needed of a store. */
export interface Plans {
  plans: { get(number: number): Plan };
}

/**
 * Fills the gaps of what was received with what was imported from another store. In the finest tier
 * a slot that has been received never changes by an import. A coarser bucket that only one of the
 * two has is that one. One that both have is made anew of the datapoints of both, unless the
 * received ones are complete; where the datapoints have expired, that which knows more slots stays.
 */
export class ImportedReader {
  readonly #view: Plans;
  readonly #files: FileSet;
  readonly #builder = new TierBuilder();
  #values = new Float64Array(0);
  /**
   * What the imports hold of the slots that are asked for: of the finest tier, which is read while a
   * coarser one is made, and of that.
   */
  readonly #unders: [BlockColumns, BlockColumns] = [new BlockColumns(0), new BlockColumns(0)];
  #block: BlockColumns | null = null;

  constructor(view: Plans, files: FileSet) {
    this.#view = view;
    this.#files = files;
  }

  /** Fills what is NaN in the values of the finest tier. */
  fillValues(
    series: number,
    planNumber: number,
    firstSlot: number,
    values: Float64Array,
    imported: readonly Part[],
  ): void {
    if (this.#values.length < values.length) this.#values = new Float64Array(values.length);
    const under = this.#values.subarray(0, values.length);
    let isFound = false;
    this.#eachSection(series, planNumber, 0, imported, (reader, index) => {
      if (!isFound) under.fill(Number.NaN);
      isFound = true;
      reader.readValuesInto(index, series % LANES, firstSlot, under);
    });
    if (!isFound) return;
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]!)) values[i] = under[i]!;
    }
  }

  /** Fills the empty slots of a gauge; of another store there may be samples, or buckets of them. */
  fillGauge(
    series: number,
    planNumber: number,
    firstSlot: number,
    slots: number,
    columns: BlockColumns,
    imported: readonly Part[],
  ): void {
    const under = this.#readUnder(series, planNumber, 0, firstSlot, slots, imported);
    if (under === null) return;
    for (let i = 0; i < slots; i++) if (columns.count[i] === 0) under.copy(i, columns, i);
  }

  /** Fills the empty buckets of a coarser tier, and mends those that both have. */
  fillTier(
    series: number,
    planNumber: number,
    tier: number,
    firstSlot: number,
    slots: number,
    columns: BlockColumns,
    imported: readonly Part[],
    build: Build,
  ): void {
    const under = this.#readUnder(series, planNumber, tier, firstSlot, slots, imported);
    if (under === null) return;
    const { tiers } = this.#view.plans.get(planNumber);
    const { step } = tiers[tier]!;
    const baseStep = tiers[0]!.step;
    for (let from = 0; from < slots; ) {
      if (!isShared(columns, under, from, step, baseStep)) {
        if (columns.count[from] === 0) takeImported(under, from, columns);
        from++;
        continue;
      }
      let to = from + 1;
      while (to < slots && isShared(columns, under, to, step, baseStep)) to++;
      const start = (firstSlot + from) * step;
      this.#builder.begin(start, step, to - from);
      build(start, (firstSlot + to) * step, this.#builder);
      for (let at = from; at < to; at++) {
        const received = columns.slots[at]!;
        const known = under.slots[at]!;
        if (this.#builder.slotsOf(at - from) >= Math.max(received, known)) {
          this.#builder.copy(at - from, columns, at);
          // As it is written, so that nothing changes when it is.
          roundMantissas(columns.m2.subarray(at), 1);
        } else if (known > received) {
          takeImported(under, at, columns);
        }
      }
      from = to;
    }
  }

  /** The buckets of the imports, the newest of each; null when there are none. */
  #readUnder(
    series: number,
    planNumber: number,
    tier: number,
    firstSlot: number,
    slots: number,
    imported: readonly Part[],
  ): BlockColumns | null {
    let under: BlockColumns | null = null;
    const kept = tier === 0 ? 0 : 1;
    this.#eachSection(series, planNumber, tier, imported, (reader, index) => {
      const section = reader.sections[index]!;
      const shift = section.firstSlot - firstSlot;
      const from = Math.max(0, shift);
      const to = Math.min(slots, shift + section.slots);
      if (from >= to) return;
      if (this.#block === null || this.#block.length < section.slots) {
        this.#block = new BlockColumns(Math.max(section.slots, 1024));
      }
      if (!reader.readColumns(index, series % LANES, this.#block)) return;
      if (under === null) {
        if (this.#unders[kept].length < slots) {
          this.#unders[kept] = new BlockColumns(Math.max(slots, 1024));
        }
        under = this.#unders[kept];
        under.clear(slots);
      }
      for (let at = from; at < to; at++) {
        if (this.#block.count[at - shift] !== 0) this.#block.copy(at - shift, under, at);
      }
    });
    return under;
  }

  /** Calls `visit` for the imported sections of a series' shard; a damaged file is left out. */
  #eachSection(
    series: number,
    planNumber: number,
    tier: number,
    imported: readonly Part[],
    visit: (reader: StatFileReader, index: number) => void,
  ): void {
    const { step, retention } = this.#view.plans.get(planNumber).tiers[tier]!;
    for (const part of imported) {
      if (part.kind !== "file" || !isOf(part.entry, step, retention)) continue;
      const file = this.#files.open(part.entry);
      if (file === null) continue;
      try {
        const sections = file.sections.get(sectionKey(planNumber, tier, series));
        if (sections !== undefined) for (const index of sections) visit(file.reader, index);
      } catch (error) {
        this.#files.breakFile(part.entry, error);
      }
    }
  }
}

function takeImported(under: BlockColumns, at: number, columns: BlockColumns): void {
  under.copy(at, columns, at);
  columns.imported[at] = under.count[at] === 0 ? 0 : 1;
}

/** Whether a bucket is known by both sides, and the received side lacks some of its slots. */
function isShared(
  columns: BlockColumns,
  under: BlockColumns,
  at: number,
  step: number,
  baseStep: number,
): boolean {
  if (columns.count[at] === 0 || under.count[at] === 0) return false;
  return columns.only[at] === EVERY_STATISTIC && (columns.slots[at]! + 1) * baseStep <= step;
}

function isOf(entry: FileEntry, step: number, retention: number): boolean {
  return entry.step === step && entry.retention === retention;
}
