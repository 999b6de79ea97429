import type { FileEntry } from "../manifest.ts";
import type { ReachOf } from "./planner.ts";
import { mergeLevels } from "./spans.ts";

/** Seconds that a file outlives its retention, so that no query in flight misses it. */
const GRACE_SECONDS = 3600;

/**
 * Files that may go at `now` (seconds): everything in them is older than `keptOf` their tier, all
 * coarser buckets that they feed are written, and no late data wait that are to be joined with them
 * first. Those wait for nothing when `isLost`.
 */
export function expired(
  files: Iterable<FileEntry>,
  now: number,
  reachOf: ReachOf,
  isLost: (file: string) => boolean,
  keptOf: (entry: FileEntry) => number,
): FileEntry[] {
  const all = [...files];
  const waiting = all.filter((entry) => !isDone(entry) && !isLost(entry.file));
  return all.filter((entry) => {
    const { step, retention, from, until } = entry;
    if (until + keptOf(entry) + GRACE_SECONDS >= now || !isDone(entry)) return false;
    const reach = reachOf(step, retention, until);
    return !waiting.some(
      (other) =>
        other.step === step &&
        other.retention === retention &&
        other.from < reach &&
        reachOf(step, retention, other.until) > from,
    );
  });
}

function isDone({ step, retention, level, isRolledUp }: FileEntry): boolean {
  return isRolledUp && level >= mergeLevels(step, retention).length;
}
