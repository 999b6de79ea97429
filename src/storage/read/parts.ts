import { STRAYS_ACTIVE, STRAYS_FROZEN, type StrayLog } from "../head/stray-log.ts";
import { CUT, type HeadWindow, OPEN } from "../head/window.ts";
import type { FileEntry } from "../manifest.ts";
import type { StoreView } from "../store-memory.ts";
import type { FileSet } from "./file-set.ts";

/** Something that holds slots: a StatFile, a window or a stray log; `lsn` is where it ends. */
export type Part =
  | { kind: "file"; lsn: number; from: number; until: number; entry: FileEntry }
  | { kind: "window"; lsn: number; from: number; until: number; window: HeadWindow }
  | { kind: "strays"; lsn: number; from: number; until: number; strays: StrayLog };

/**
 * All parts with slots in [from, until), seconds, in the order of the log: the head first and the
 * files second, so that a part that moves in between is seen twice and not never. One that is in
 * both is taken from the file. `refreshFiles` takes in news of files.
 */
export function partsBetween(
  view: StoreView,
  files: FileSet,
  refreshFiles: () => void,
  from: number,
  until: number,
): Part[] {
  const windows = view.windows.filter(({ state }) => state === OPEN || state === CUT);
  const logs = view.strays.filter(
    ({ state, count }) => (state === STRAYS_ACTIVE || state === STRAYS_FROZEN) && count > 0,
  );
  refreshFiles();
  const parts: Part[] = fileParts(files, from, until);
  // Where a part ends is asked only now: it may have ended since.
  for (const window of windows) {
    const { cutLsn: lsn, start, end } = window;
    if (end <= from || start >= until || files.hasPart(lsn)) continue;
    parts.push({ kind: "window", lsn, from: start, until: end, window });
  }
  for (const strays of logs) {
    const { freezeLsn: lsn, oldest, newest } = strays;
    if (newest < from || oldest >= until || files.hasPart(lsn)) continue;
    parts.push({ kind: "strays", lsn, from: oldest, until: newest + 1, strays });
  }
  return parts.sort((a, b) => (a.lsn === b.lsn ? 0 : a.lsn - b.lsn));
}

/** Whether a part was imported from another store. All such come before all others. */
export function isImported(part: Part): boolean {
  return part.kind === "file" && part.entry.imported !== undefined;
}

/** Place of the first part that was not imported: of what is received here. */
export function firstLivePart(parts: readonly Part[]): number {
  let first = 0;
  while (first < parts.length && isImported(parts[first]!)) first++;
  return first;
}

/** Those that are on disk. */
export function fileParts(files: FileSet, from: number, until: number): Part[] {
  return files.between(from, until).map((entry) => ({
    kind: "file",
    lsn: entry.lsn,
    from: entry.from,
    until: entry.until,
    entry,
  }));
}
