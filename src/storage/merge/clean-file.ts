import type { SectionFiles } from "../seal/section-files.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { LANES } from "../statfile/format.ts";
import type { StatFileReader } from "../statfile/reader.ts";
import type { StoreView } from "../store-memory.ts";

/** Blocks after which others may work. */
const BLOCKS_PER_STEP = 256;

/**
 * The share of a StatFile's blocks, by bytes, that are of deleted series.
 *
 * @throws StatFileError for a damaged file
 */
export function deadShare(reader: StatFileReader, { series }: StoreView): number {
  let bytes = 0;
  let dead = 0;
  reader.sections.forEach(({ shard, blockBytes }, index) => {
    bytes += blockBytes;
    for (let lane = 0; lane < LANES; lane++) {
      if (!series.isDeleted(shard * SHARD_SERIES + lane)) continue;
      dead += reader.blockBytes(index, lane);
    }
  });
  return bytes === 0 ? 0 : dead / bytes;
}

/**
 * Copies a StatFile without the blocks of deleted series, and without sections of nothing else.
 * Yields every few blocks.
 */
export function* cleanFile(
  { plans, series }: StoreView,
  reader: StatFileReader,
  out: SectionFiles,
): Generator<undefined> {
  let copied = 0;
  for (const [index, section] of reader.sections.entries()) {
    const lanes: number[] = [];
    for (let lane = 0; lane < LANES; lane++) {
      const isDeleted = series.isDeleted(section.shard * SHARD_SERIES + lane);
      if (!isDeleted && reader.hasLane(index, lane)) lanes.push(lane);
    }
    if (lanes.length === 0) continue;
    const writer = out.begin(plans.get(section.plan), section);
    for (const lane of lanes) {
      writer.copyBlock(lane, reader.block(index, lane));
      if (++copied % BLOCKS_PER_STEP === 0) yield undefined;
    }
    writer.endSection();
  }
}
