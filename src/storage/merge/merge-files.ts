import { combine, emptyBucket } from "../bucket.ts";
import { ALL, LAST } from "../column.ts";
import type { FileSystem } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import { EVENT, GAUGE } from "../plan.ts";
import type { SectionFiles } from "../seal/section-files.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { BlockColumns } from "../statfile/block.ts";
import { LANES, type SectionMeta } from "../statfile/format.ts";
import { StatFileReader } from "../statfile/reader.ts";
import type { StatFileWriter } from "../statfile/writer.ts";
import type { StoreView } from "../store-memory.ts";
import type { MergeJob } from "./planner.ts";

/** Lanes after which a merge lets others work. */
const LANES_PER_STEP = 64;

interface Input {
  entry: FileEntry;
  reader: StatFileReader;
}

/** A section of an input, with the log position that decides which of two is the later. */
interface Source {
  reader: StatFileReader;
  index: number;
  meta: SectionMeta;
  lsn: number;
}

/** The open inputs of a merge: what came in, and the earlier results that it touches. */
export class MergeInputs {
  readonly #inputs: Input[] = [];
  readonly #shards = new Set<number>();

  /** @throws StatFileError naming the file when one is damaged; nothing is open then */
  constructor(files: FileSystem, root: string, job: MergeJob) {
    try {
      for (const entry of job.inputs) {
        const { reader } = this.#open(files, root, entry);
        for (const { shard } of reader.sections) this.#shards.add(shard);
      }
      for (const entry of job.earlier) {
        if (entry.shard !== null && !this.#shards.has(entry.shard)) continue;
        const { reader } = this.#open(files, root, entry);
        for (const { shard } of reader.sections) this.#shards.add(shard);
      }
    } catch (error) {
      this.close();
      throw error;
    }
    // Of two that are as new as each other the one that was merged already is the older.
    this.#inputs.sort((a, b) => a.entry.lsn - b.entry.lsn || b.entry.level - a.entry.level);
  }

  get entries(): FileEntry[] {
    return this.#inputs.map(({ entry }) => entry);
  }

  get lsn(): number {
    return Math.max(...this.#inputs.map(({ entry }) => entry.lsn));
  }

  get shards(): number[] {
    return [...this.#shards].sort((a, b) => a - b);
  }

  /** The sections of a shard by plan and tier, each list in the order of the log. */
  sourcesOf(shard: number): Source[][] {
    const groups = new Map<number, Source[]>();
    for (const { entry, reader } of this.#inputs) {
      reader.sections.forEach((meta, index) => {
        if (meta.shard !== shard) return;
        const key = meta.plan * 64 + meta.tier;
        const source = { reader, index, meta, lsn: entry.lsn };
        const known = groups.get(key);
        if (known === undefined) groups.set(key, [source]);
        else known.push(source);
      });
    }
    return [...groups].sort(([a], [b]) => a - b).map(([, sources]) => sources);
  }

  close(): void {
    for (const { reader } of this.#inputs) reader.close();
    this.#inputs.length = 0;
  }

  #open(files: FileSystem, root: string, entry: FileEntry): Input {
    const reader = StatFileReader.open(files, `${root}/${entry.file}`, entry);
    const input = { entry, reader };
    this.#inputs.push(input);
    return input;
  }
}

/**
 * Writes the inputs' slots as one section per plan, tier and shard, without deleted series; a final merge writes a file per
 * shard, so that late data for a few series do not rewrite all. Yields every few series.
 */
export function* mergeFiles(
  view: StoreView,
  inputs: MergeInputs,
  out: SectionFiles,
  isFinal: boolean,
): Generator<void> {
  for (const shard of inputs.shards) {
    for (const sources of inputs.sourcesOf(shard)) {
      yield* mergeSections(view, shard, sources, out, isFinal ? `-${shard}` : "");
    }
  }
}

function* mergeSections(
  view: StoreView,
  shard: number,
  sources: readonly Source[],
  out: SectionFiles,
  suffix: string,
): Generator<void> {
  const { plan: planNumber, tier, step, baseStep } = sources[0]!.meta;
  const plan = view.plans.get(planNumber);
  let firstSlot = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  let lsnFirst = Number.POSITIVE_INFINITY;
  let lsnLast = Number.NEGATIVE_INFINITY;
  for (const { meta } of sources) {
    firstSlot = Math.min(firstSlot, meta.firstSlot);
    end = Math.max(end, meta.firstSlot + meta.slots);
    lsnFirst = Math.min(lsnFirst, meta.lsnFirst);
    lsnLast = Math.max(lsnLast, meta.lsnLast);
  }
  const slots = end - firstSlot;
  const isSingle = tier === 0 && plan.mode !== GAUGE;
  const section: SectionMeta = {
    plan: planNumber,
    mode: plan.mode,
    tier,
    step,
    baseStep,
    shard,
    firstSlot,
    slots,
    lsnFirst,
    lsnLast,
    mask: tier === 0 ? LAST : ALL,
  };
  const lanes = liveLanes(view, shard, sources);
  if (lanes.length === 0) return;
  const writer = out.begin(plan, section, suffix);
  const merge = isSingle
    ? mergeValues(sources, firstSlot, slots, plan.mode === EVENT)
    : mergeBuckets(sources, firstSlot, slots, tier);
  for (const [i, lane] of lanes.entries()) {
    merge(lane, writer);
    if (i % LANES_PER_STEP === LANES_PER_STEP - 1) yield;
  }
  writer.endSection();
}

/** Lanes with data, but for those of deleted series: here their space comes back. */
function liveLanes(view: StoreView, shard: number, sources: readonly Source[]): number[] {
  const lanes: number[] = [];
  for (let lane = 0; lane < LANES; lane++) {
    if (view.series.isDeleted(shard * SHARD_SERIES + lane)) continue;
    if (sources.some(({ reader, index }) => reader.hasLane(index, lane))) lanes.push(lane);
  }
  return lanes;
}

type MergeLane = (lane: number, writer: StatFileWriter) => void;

/** Single values: of replacing datapoints the last counts, rates of events add up. */
function mergeValues(
  sources: readonly Source[],
  firstSlot: number,
  slots: number,
  isEvent: boolean,
): MergeLane {
  const values = new Float64Array(slots);
  const more = new Float64Array(isEvent ? slots : 0);
  return (lane, writer) => {
    values.fill(Number.NaN);
    for (const { reader, index } of sources) {
      if (!isEvent) {
        reader.readValuesInto(index, lane, firstSlot, values);
        continue;
      }
      more.fill(Number.NaN);
      if (!reader.readValuesInto(index, lane, firstSlot, more)) continue;
      for (let i = 0; i < slots; i++) {
        const value = more[i]!;
        if (Number.isNaN(value)) continue;
        values[i] = Number.isNaN(values[i]!) ? value : values[i]! + value;
      }
    }
    if (values.some((value) => !Number.isNaN(value))) writer.addValues(lane, values);
  };
}

/**
 * Buckets: samples of a gauge's slot are joined; of a coarser tier's bucket the newest whole
 * counts, since each was made of everything that was known then.
 */
function mergeBuckets(
  sources: readonly Source[],
  firstSlot: number,
  slots: number,
  tier: number,
): MergeLane {
  const columns = new BlockColumns(slots);
  const block = new BlockColumns(Math.max(...sources.map(({ meta }) => meta.slots)));
  const joined = emptyBucket();
  return (lane, writer) => {
    columns.clear(slots);
    for (const { reader, index, meta } of sources) {
      const shift = meta.firstSlot - firstSlot;
      if (tier > 0) columns.count.fill(0, shift, shift + meta.slots);
      if (!reader.readColumns(index, lane, block)) continue;
      if (tier > 0) {
        for (let i = 0; i < meta.slots; i++) block.copy(i, columns, shift + i);
        continue;
      }
      block.visit(meta.slots, (slot, bucket) => {
        const { count, sum, min, max, last, m2 } = bucket;
        columns.get(shift + slot, joined);
        combine(joined, count, 0, sum, min, max, last, m2);
        joined.slots = 1;
        columns.set(shift + slot, joined);
      });
    }
    if (columns.count.some((count) => count > 0)) writer.addColumns(lane, columns);
  };
}
