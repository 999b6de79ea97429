import type { FileSystem } from "../environment.ts";
import type { FileEntry, Manifest } from "../manifest.ts";
import { mergeLevels } from "../merge/spans.ts";
import type { PlanTable } from "../plan.ts";
import { BlockColumns } from "../statfile/block.ts";
import { LANES } from "../statfile/format.ts";
import { StatFileReader } from "../statfile/reader.ts";

/** Names that an import gives its files, below the folder of StatFiles. */
const FILE = /^\d+-\d+\/import-[\d-]+\.statfile$/;

/** Slots of a section at most: a day of seconds has 86,400. */
const MAX_SLOTS = 2 ** 21;

/** Whether a name is one that an import gives a file. */
export function isImportFile(name: string): boolean {
  return FILE.test(name);
}

/** Whether something has the shape of what the manifest says of an imported file. */
export function isAdoptable(item: unknown): item is FileEntry {
  const entry = Object(item) as Record<string, unknown>;
  const numbers = ["step", "retention", "from", "until", "imported", "created", "bytes"];
  return (
    typeof entry.file === "string" &&
    isImportFile(entry.file) &&
    numbers.every((key) => Number.isSafeInteger(entry[key])) &&
    Number.isInteger(entry.footerCrc) &&
    (entry.shard === null || Number.isInteger(entry.shard))
  );
}

/**
 * What the manifest is to say of files that another process has written for this store. Of files that
 * came over the network `series` is how many series there are: then every block is read as well, and
 * must be of one of these.
 *
 * @throws Error saying what is wrong when one of them is not what it is said to be
 */
export function adoptable(
  files: FileSystem,
  root: string,
  manifest: Manifest,
  plans: PlanTable,
  entries: readonly FileEntry[],
  series: number | null,
): FileEntry[] {
  plans.refresh();
  return entries.map((entry) => {
    const { file, step, retention, from, until, shard, created, bytes, footerCrc } = entry;
    if (manifest.has(file) || manifest.wasRemoved(file))
      throw new Error(`${file} was there before`);
    const reader = StatFileReader.open(files, `${root}/${file}`, { bytes, footerCrc });
    try {
      let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const section of reader.sections) {
        const tier =
          section.plan < plans.count ? plans.get(section.plan).tiers[section.tier] : undefined;
        const isOfTier =
          tier?.step === step && tier.retention === retention && section.step === step;
        const begin = section.firstSlot * step;
        first = Math.min(first, begin);
        last = Math.max(last, begin + section.slots * step);
        const isOfShard = shard === null || section.shard === shard;
        if (section.statistic === undefined || !isOfTier || !isOfShard) {
          throw new Error(`${file} holds a section that does not belong there`);
        }
      }
      if (first !== from || last !== until) throw new Error(`${file} is about another time`);
      if (series !== null) readAll(reader, file, series);
    } finally {
      reader.close();
    }
    const level = mergeLevels(step, retention).length;
    const { imported = 1 } = entry;
    const traits = { lsn: 0, level, shard, created, isRolledUp: true, imported };
    return { file, step, retention, from, until, ...traits, bytes, footerCrc };
  });
}

/** @throws StatFileError for damage, Error for a block that is of no series */
function readAll(reader: StatFileReader, file: string, series: number): void {
  reader.sections.forEach(({ shard, slots }, index) => {
    if (slots > MAX_SLOTS) throw new Error(`${file} holds a section of ${slots} slots`);
    const columns = new BlockColumns(slots);
    for (let lane = 0; lane < LANES; lane++) {
      if (!reader.hasLane(index, lane)) continue;
      if (shard * LANES + lane >= series) throw new Error(`${file} holds what is of no series`);
      reader.readColumns(index, lane, columns);
    }
  });
}
