import type { FileSystem } from "../environment.ts";
import type { FileEntry, Manifest } from "../manifest.ts";
import { mergeLevels } from "../merge/spans.ts";
import type { PlanTable } from "../plan.ts";
import { StatFileReader } from "../statfile/reader.ts";

/** Names that an import gives its files, below the folder of StatFiles. */
const FILE = /^\d+-\d+\/import-[\d-]+\.statfile$/;

/** Whether something has the shape of what the manifest says of an imported file. */
export function isAdoptable(item: unknown): item is FileEntry {
  const entry = Object(item) as Record<string, unknown>;
  const numbers = ["step", "retention", "from", "until", "imported", "created", "bytes"];
  return (
    typeof entry.file === "string" &&
    FILE.test(entry.file) &&
    numbers.every((key) => Number.isFinite(entry[key])) &&
    Number.isInteger(entry.footerCrc) &&
    (entry.shard === null || Number.isInteger(entry.shard))
  );
}

/**
 * What the manifest is to say of files that another process has written for this store.
 *
 * @throws Error saying what is wrong when one of them is not what it is said to be
 */
export function adoptable(
  files: FileSystem,
  root: string,
  manifest: Manifest,
  plans: PlanTable,
  entries: readonly FileEntry[],
): FileEntry[] {
  plans.refresh();
  return entries.map((entry) => {
    const { file, step, retention, from, until, shard, created, bytes, footerCrc } = entry;
    if (manifest.has(file) || manifest.wasRemoved(file))
      throw new Error(`${file} was there before`);
    const reader = StatFileReader.open(files, `${root}/${file}`, { bytes, footerCrc });
    try {
      for (const section of reader.sections) {
        const tier =
          section.plan < plans.count ? plans.get(section.plan).tiers[section.tier] : undefined;
        const isOfTier =
          tier?.step === step && tier.retention === retention && section.step === step;
        const begin = section.firstSlot * step;
        const isWithin = begin >= from && begin + section.slots * step <= until;
        const isOfShard = shard === null || section.shard === shard;
        if (section.statistic === undefined || !isOfTier || !isWithin || !isOfShard) {
          throw new Error(`${file} holds a section that does not belong there`);
        }
      }
    } finally {
      reader.close();
    }
    const level = mergeLevels(step, retention).length;
    const { imported = 1 } = entry;
    const traits = { lsn: 0, level, shard, created, isRolledUp: true, imported };
    return { file, step, retention, from, until, ...traits, bytes, footerCrc };
  });
}
