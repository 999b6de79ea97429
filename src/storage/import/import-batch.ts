import { ByteWriter } from "../codec/bytes.ts";
import { encodeColumnDense } from "../codec/column-codec.ts";
import { ALL_BUT_LAST, LAST, ONLY } from "../column.ts";
import type { Environment } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import { mergeLevels, type Span } from "../merge/spans.ts";
import type { Plan } from "../plan.ts";
import { SectionFiles } from "../seal/section-files.ts";
import { SHARD_SERIES } from "../series-table.ts";
import type { BlockColumns } from "../statfile/block.ts";
import type { SectionMeta } from "../statfile/format.ts";
import { writeColumns, writeOnly, writeValues } from "../statfile/write-block.ts";
import { EVERY_STATISTIC, type OnlyStatistic, statisticNumber } from "../statistic.ts";

/** A stretch of slots of one tier: a final span, as sections of imported files have it. */
export interface ImportStretch {
  planNumber: number;
  plan: Plan;
  tier: number;
  span: Span;
  firstSlot: number;
  slots: number;
}

interface Section {
  stretch: ImportStretch;
  statistic: number;
  shard: number;
  blocks: Map<number, Uint8Array>;
}

export function stretchOf(plan: Plan, planNumber: number, tier: number, span: Span): ImportStretch {
  const { step } = plan.tiers[tier]!;
  const firstSlot = Math.ceil(span.from / step);
  const slots = Math.ceil(span.until / step) - firstSlot;
  return { planNumber, plan, tier, span, firstSlot, slots };
}

/**
 * Datapoints and buckets of other stores, series by series, on their way into StatFiles, which want
 * them span by span. They wait in their final form, so that a batch takes little memory.
 */
export class ImportBatch {
  readonly #sections = new Map<string, Section>();
  readonly #out = new ByteWriter();
  /** Of the blocks that wait. */
  bytes = 0;

  get isEmpty(): boolean {
    return this.#sections.size === 0;
  }

  /** Datapoints of the finest tier: values[i] is that of slot i of the stretch, NaN for none. */
  addValues(series: number, stretch: ImportStretch, values: Float64Array): void {
    this.#out.at = 0;
    writeValues(values, stretch.slots, encodeColumnDense, this.#out);
    this.#keep(series, stretch, statisticNumber("last"));
  }

  /** Buckets of a coarser tier that are known by one statistic, each made of so many base slots. */
  addBuckets(
    series: number,
    stretch: ImportStretch,
    statistic: OnlyStatistic,
    values: Float64Array,
    knownSlots: Float64Array,
  ): void {
    this.#out.at = 0;
    writeOnly(values, knownSlots, stretch.slots, encodeColumnDense, this.#out);
    this.#keep(series, stretch, statisticNumber(statistic));
  }

  /**
   * Buckets of which all is known but the last sample: of a coarser tier, or of the finest one of a
   * gauge.
   */
  addColumns(series: number, stretch: ImportStretch, columns: BlockColumns): void {
    const { slots } = stretch;
    const mask = columns.neededMask(slots) === LAST ? LAST : ALL_BUT_LAST;
    this.#out.at = 0;
    writeColumns(columns, slots, mask, ALL_BUT_LAST, encodeColumnDense, this.#out);
    this.#keep(series, stretch, EVERY_STATISTIC);
  }

  /**
   * Writes what waits into files of import number `imported`, a file for each tier and span, and
   * makes them durable; they count when the manifest has the lines. `name` is unique among all
   * batches of an import.
   */
  write(env: Environment, root: string, imported: number, name: string): FileEntry[] {
    const entries: FileEntry[] = [];
    for (const sections of this.#byFile().values()) {
      const { plan, tier: number, span } = sections[0]!.stretch;
      const { step, retention } = plan.tiers[number]!;
      const level = mergeLevels(step, retention).length;
      const files = new SectionFiles(env, root, {
        name: `import-${imported}-${name}-${span.from}`,
        lsn: 0,
        levelOf: () => level,
        imported,
        encode: encodeColumnDense,
        // The name has the number of the import, which no other has.
        isTaken: () => false,
      });
      try {
        for (const section of sections) this.#writeSection(section, files);
        entries.push(...files.finish());
      } catch (error) {
        files.abandon();
        throw error;
      }
    }
    this.#sections.clear();
    this.bytes = 0;
    return entries;
  }

  #keep(series: number, stretch: ImportStretch, statistic: number): void {
    const shard = Math.floor(series / SHARD_SERIES);
    const { planNumber, tier, span } = stretch;
    const key = `${planNumber} ${tier} ${span.from} ${statistic} ${shard}`;
    let section = this.#sections.get(key);
    if (section === undefined) {
      section = { stretch, statistic, shard, blocks: new Map() };
      this.#sections.set(key, section);
    }
    const block = this.#out.bytes.slice(0, this.#out.at);
    section.blocks.set(series, block);
    this.bytes += block.length;
  }

  #byFile(): Map<string, Section[]> {
    const files = new Map<string, Section[]>();
    for (const section of this.#sections.values()) {
      const { plan, tier, span } = section.stretch;
      const { step, retention } = plan.tiers[tier]!;
      const key = `${step} ${retention} ${span.from}`;
      const list = files.get(key);
      if (list === undefined) files.set(key, [section]);
      else list.push(section);
    }
    return files;
  }

  #writeSection({ stretch, statistic, shard, blocks }: Section, files: SectionFiles): void {
    const { planNumber, plan, tier, firstSlot, slots } = stretch;
    const meta: SectionMeta = {
      plan: planNumber,
      mode: plan.mode,
      tier,
      step: plan.tiers[tier]!.step,
      baseStep: plan.tiers[0]!.step,
      shard,
      firstSlot,
      slots,
      lsnFirst: 0,
      lsnLast: 0,
      mask: statistic === EVERY_STATISTIC ? ALL_BUT_LAST : tier === 0 ? LAST : ONLY,
      statistic,
    };
    const writer = files.begin(plan, meta);
    const series = [...blocks.keys()].sort((a, b) => a - b);
    for (const number of series) writer.copyBlock(number % SHARD_SERIES, blocks.get(number)!);
    writer.endSection();
  }
}
