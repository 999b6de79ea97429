import type { FileEntry } from "../manifest.ts";
import { mergeLevels } from "./spans.ts";

/** Seconds that a file outlives its retention, so that no query in flight misses it. */
const GRACE_SECONDS = 3600;

/**
 * Files that may go at `now` (seconds): everything in them is older than their tier keeps, and all
 * coarser buckets that they feed are written.
 */
export function expired(files: Iterable<FileEntry>, now: number): FileEntry[] {
  const found: FileEntry[] = [];
  for (const entry of files) {
    const isOld = entry.until + entry.retention + GRACE_SECONDS < now;
    const isFinal = entry.level >= mergeLevels(entry.step, entry.retention).length;
    if (isOld && isFinal && entry.isRolledUp) found.push(entry);
  }
  return found;
}
