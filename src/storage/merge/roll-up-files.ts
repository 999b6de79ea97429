import { ALL } from "../column.ts";
import type { FileEntry } from "../manifest.ts";
import type { FileSet } from "../read/file-set.ts";
import { fileParts, isImported, type Part } from "../read/parts.ts";
import { TierReader } from "../read/tier-reader.ts";
import type { SectionFiles } from "../seal/section-files.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { BlockColumns } from "../statfile/block.ts";
import { EVERY_STATISTIC } from "../statistic.ts";
import type { StoreView } from "../store-memory.ts";
import { mergeDelay, type Span } from "./spans.ts";

const LANES_PER_STEP = 64;

/** The series of a shard whose finest tier was merged under one plan. */
interface Source {
  plan: number;
  shard: number;
}

/**
 * Writes the coarser tiers of a span: all buckets that end in it, and one that reaches over its end
 * if that is over by now. A bucket that is there already is replaced only by one that knows as much.
 * Yields every few series.
 *
 * @throws Error when a file that the roll-up is made of cannot be read: a bucket that is made of less
 *   than there is must not be written over a good one. What a damaged file held is lost, and left out
 */
export function* rollUpFiles(
  view: StoreView,
  files: FileSet,
  inputs: readonly FileEntry[],
  span: Span,
  now: number,
  lsn: number,
  out: SectionFiles,
): Generator<void> {
  const reader = new TierReader(view, files);
  const { failures } = files;
  for (const { plan: planNumber, shard } of sourcesOf(files, inputs)) {
    const plan = view.plans.get(planNumber);
    const { step: baseStep } = plan.tiers[0]!;
    for (let tier = 1; tier < plan.tiers.length; tier++) {
      const { step, lambda } = plan.tiers[tier]!;
      if (lambda !== 0) continue;
      const firstSlot = Math.floor(span.from / step);
      const last = Math.floor(span.until / step);
      const isEndOver = span.until % step !== 0 && (last + 1) * step + mergeDelay(2) <= now;
      const slots = last - firstSlot + (isEndOver ? 1 : 0);
      if (slots <= 0) continue;
      const parts = fileParts(files, firstSlot * step, (firstSlot + slots) * step);
      const lanes = lanesOf(view, files, parts, planNumber, tier, shard);
      if (!lanes.includes(1)) continue;
      const section = {
        plan: planNumber,
        mode: plan.mode,
        tier,
        step,
        baseStep,
        shard,
        firstSlot,
        slots,
        lsnFirst: 0,
        lsnLast: lsn,
        mask: ALL,
      };
      const writer = out.begin(plan, section);
      const columns = new BlockColumns(slots);
      for (let lane = 0; lane < SHARD_SERIES; lane++) {
        if (lanes[lane] === 1) {
          const series = shard * SHARD_SERIES + lane;
          reader.readColumns(series, planNumber, tier, firstSlot, slots, columns, parts);
          dropImported(columns, slots);
          if (columns.count.some((count) => count > 0)) writer.addColumns(lane, columns);
        }
        if (lane % LANES_PER_STEP === LANES_PER_STEP - 1) {
          if (files.failures !== failures) throw new Error("a file could not be read");
          yield;
        }
      }
      writer.endSection();
    }
  }
}

function sourcesOf(files: FileSet, inputs: readonly FileEntry[]): Source[] {
  const sources = new Map<string, Source>();
  for (const entry of inputs) {
    const file = files.open(entry);
    if (file === null) throw new Error(`${entry.file} could not be read`);
    for (const { plan, tier, shard } of file.reader.sections) {
      if (tier === 0) sources.set(`${plan} ${shard}`, { plan, shard });
    }
  }
  return [...sources.values()].sort((a, b) => a.shard - b.shard || a.plan - b.plan);
}

/** What was imported stays where it is. What is made of it and of received data is ours. */
function dropImported(columns: BlockColumns, slots: number): void {
  for (let i = 0; i < slots; i++) {
    if (columns.imported[i] === 1 || columns.only[i] !== EVERY_STATISTIC) columns.count[i] = 0;
  }
}

/** Live lanes with anything in the finest tier, or in the tier that is to be written. */
function lanesOf(
  view: StoreView,
  files: FileSet,
  parts: readonly Part[],
  plan: number,
  tier: number,
  shard: number,
): Uint8Array {
  const lanes = new Uint8Array(SHARD_SERIES);
  for (const part of parts) {
    if (part.kind !== "file" || isImported(part)) continue;
    const file = files.open(part.entry);
    if (file === null) {
      if (files.isBroken(part.entry)) continue;
      throw new Error(`${part.entry.file} could not be read`);
    }
    file.reader.sections.forEach((section, index) => {
      if (section.plan !== plan || section.shard !== shard) return;
      if (section.tier !== 0 && section.tier !== tier) return;
      for (let lane = 0; lane < SHARD_SERIES; lane++) {
        if (lanes[lane] === 1 || view.series.isDeleted(shard * SHARD_SERIES + lane)) continue;
        if (file.reader.hasLane(index, lane)) lanes[lane] = 1;
      }
    });
  }
  return lanes;
}
