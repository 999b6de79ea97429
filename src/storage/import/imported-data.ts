import type { FileSystem } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import { FileSet } from "../read/file-set.ts";
import { ImportedReader, type Plans } from "../read/imported-reader.ts";
import { fileParts, isImported, type Part } from "../read/parts.ts";
import { BlockColumns } from "../statfile/block.ts";
import { EVERY_STATISTIC, type OnlyStatistic, statisticNumber } from "../statistic.ts";
import type { ImportStretch } from "./import-batch.ts";

/** What earlier imports have brought into a store: for those that bring it again. */
export class ImportedData {
  readonly #files: FileSet;
  readonly #reader: ImportedReader;
  /** Imported files by tier and span. */
  readonly #parts = new Map<string, Part[]>();
  #isEmpty = true;
  #columns = new BlockColumns(1024);
  #values = new Float64Array(0);
  /** Files that cannot be read: what they hold is imported again. */
  readonly broken: string[] = [];

  constructor(view: Plans, files: FileSystem, root: string) {
    this.#files = new FileSet(files, root, (_, error) => this.broken.push(error.message));
    this.#reader = new ImportedReader(view, this.#files);
  }

  add(entries: Iterable<FileEntry>): void {
    const imported = [...entries].filter((entry) => entry.imported !== undefined);
    if (imported.length > 0) this.#isEmpty = false;
    this.#files.add(imported);
    this.#parts.clear();
  }

  /** See ImportTarget. */
  keepKnown(
    series: number,
    stretch: ImportStretch,
    statistic: OnlyStatistic,
    values: Float64Array,
    knownSlots: Float64Array,
    standsIn: Uint8Array,
  ): boolean {
    if (this.#isEmpty) return false;
    const parts = this.#partsOf(stretch);
    if (parts.length === 0) return false;
    const { planNumber, tier, firstSlot, slots } = stretch;
    if (tier === 0) {
      if (this.#values.length < slots) this.#values = new Float64Array(slots);
      const known = this.#values.subarray(0, slots).fill(Number.NaN);
      this.#reader.fillValues(series, planNumber, firstSlot, known, parts);
      for (let i = 0; i < slots; i++) {
        if (standsIn[i] === 1 && !Number.isNaN(known[i]!)) values[i] = known[i]!;
      }
      return values.every((value, i) => Number.isNaN(value) || Object.is(value, known[i]));
    }
    const columns = this.#columnsOf(series, stretch, parts);
    const only = statisticNumber(statistic);
    for (let i = 0; i < slots; i++) {
      if (Number.isNaN(values[i]!) || columns.count[i] === 0 || columns.only[i] !== only) continue;
      if (columns.slots[i]! + standsIn[i]! <= knownSlots[i]!) continue;
      values[i] = columns.last[i]!;
      knownSlots[i] = columns.slots[i]!;
    }
    return values.every(
      (value, i) =>
        Number.isNaN(value) ||
        (columns.count[i] !== 0 &&
          columns.only[i] === only &&
          Object.is(columns.last[i], value) &&
          columns.slots[i] === knownSlots[i]),
    );
  }

  /** See ImportTarget. */
  keepKnownColumns(
    series: number,
    stretch: ImportStretch,
    columns: BlockColumns,
    guessed: Uint8Array,
  ): boolean {
    if (this.#isEmpty) return false;
    const parts = this.#partsOf(stretch);
    if (parts.length === 0) return false;
    const known = this.#columnsOf(series, stretch, parts);
    let isKnown = true;
    for (let i = 0; i < stretch.slots; i++) {
      if (columns.count[i] === 0) continue;
      const isThere = known.count[i] !== 0 && known.only[i] === EVERY_STATISTIC;
      if (isThere && guessed[i] === 1 && isOfSameSamples(known, columns, i)) {
        known.copy(i, columns, i);
      } else {
        isKnown &&= isThere && isSame(known, columns, i);
      }
    }
    return isKnown;
  }

  close(): void {
    this.#files.close();
  }

  /** What imports hold of a stretch; until the next call. */
  #columnsOf(series: number, stretch: ImportStretch, parts: readonly Part[]): BlockColumns {
    const { planNumber, tier, firstSlot, slots } = stretch;
    if (this.#columns.length < slots) this.#columns = new BlockColumns(slots);
    const columns = this.#columns;
    columns.clear(slots);
    if (tier === 0) {
      this.#reader.fillGauge(series, planNumber, firstSlot, slots, columns, parts);
    } else {
      // There is nothing of our own in these columns, so nothing is to be made of both.
      this.#reader.fillTier(series, planNumber, tier, firstSlot, slots, columns, parts, () => {});
    }
    return columns;
  }

  #partsOf({ plan, tier, span }: ImportStretch): Part[] {
    const { step, retention } = plan.tiers[tier]!;
    const key = `${step} ${retention} ${span.from}`;
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = fileParts(this.#files, span.from, span.until).filter(
        (part) =>
          isImported(part) &&
          part.kind === "file" &&
          part.entry.step === step &&
          part.entry.retention === retention,
      );
      this.#parts.set(key, parts);
    }
    return parts;
  }
}

function isOfSameSamples(a: BlockColumns, b: BlockColumns, at: number): boolean {
  return (
    Object.is(a.sum[at], b.sum[at]) &&
    Object.is(a.min[at], b.min[at]) &&
    Object.is(a.max[at], b.max[at])
  );
}

function isSame(a: BlockColumns, b: BlockColumns, at: number): boolean {
  return (
    isOfSameSamples(a, b, at) &&
    a.count[at] === b.count[at] &&
    a.slots[at] === b.slots[at] &&
    Object.is(a.m2[at], b.m2[at])
  );
}
