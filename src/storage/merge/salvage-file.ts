import { isDamage } from "../read/file-set.ts";
import type { Part } from "../read/parts.ts";
import type { TierReader } from "../read/tier-reader.ts";
import type { SectionFiles } from "../seal/section-files.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { BlockColumns } from "../statfile/block.ts";
import { LANES } from "../statfile/format.ts";
import type { StatFileReader } from "../statfile/reader.ts";
import type { StatFileWriter } from "../statfile/writer.ts";
import type { StoreView } from "../store-memory.ts";

/** Lanes after which others may work. */
const LANES_PER_STEP = 64;

/**
 * Copies what is whole of a damaged StatFile. Buckets of a coarser tier whose block is damaged are
 * made anew of `parts`, all other files, as far as those still have what is finer. Returns how many
 * blocks are lost; a section whose directory is damaged counts as one for each series that it had.
 */
export function* salvageFile(
  { plans }: StoreView,
  reader: StatFileReader,
  tiers: TierReader,
  partsOf: (from: number, until: number) => readonly Part[],
  out: SectionFiles,
): Generator<undefined, number> {
  let lost = 0;
  for (const [index, section] of reader.sections.entries()) {
    const { shard, tier, step, plan, firstSlot, slots } = section;
    const columns = new BlockColumns(slots);
    const parts = tier === 0 ? [] : partsOf(firstSlot * step, (firstSlot + slots) * step);
    let writer: StatFileWriter | null = null;
    const begin = (): StatFileWriter => {
      writer ??= out.begin(plans.get(plan), section);
      return writer;
    };
    const hasDirectory = isWhole(() => reader.hasLane(index, 0));
    if (!hasDirectory) lost += section.lanes;
    for (let lane = 0; lane < LANES; lane++) {
      const block = hasDirectory ? wholeBlock(reader, index, lane, columns) : "damaged";
      if (block === "damaged") {
        if (hasDirectory) lost++;
        if (tier > 0) {
          const series = shard * SHARD_SERIES + lane;
          tiers.readColumns(series, plan, tier, firstSlot, slots, columns, parts);
          if (columns.count.some((count) => count > 0)) begin().addColumns(lane, columns);
        }
      } else if (block !== null) {
        begin().copyBlock(lane, block);
      }
      if (lane % LANES_PER_STEP === LANES_PER_STEP - 1) yield undefined;
    }
    if (writer !== null) (writer as StatFileWriter).endSection();
  }
  return lost;
}

function isWhole(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  }
}

/** A block whose checksum is right and that can be decoded; null when there is none. */
function wholeBlock(
  reader: StatFileReader,
  index: number,
  lane: number,
  columns: BlockColumns,
): Uint8Array | "damaged" | null {
  try {
    if (!reader.readColumns(index, lane, columns)) return null;
    return reader.block(index, lane);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return "damaged";
  }
}
