import type { FileSystem } from "../environment.ts";
import { type FileEntry, manifestLines } from "../manifest.ts";
import { readWholeFile } from "../wal/scan.ts";
import type { Fault } from "./findings.ts";

export interface ManifestDescription {
  kind: "manifest";
  file: string;
  bytes: number;
  /** Lines that count. */
  lines: number;
  faults: Fault[];
  /** Files that were live once and are so no more. */
  removed: number;
  /** Damaged files that were set aside. */
  quarantined: number;
  /** Parts of the log that it says are in StatFiles. */
  sealedWindows: number;
  strayLogs: number;
  /** Live files, by tier and time. */
  files: FileEntry[];
}

/** What a manifest says in the end. */
export function describeManifest(files: FileSystem, path: string): ManifestDescription {
  const bytes = readWholeFile(files, path);
  const live = new Map<string, FileEntry>();
  const removed = new Set<string>();
  const about: ManifestDescription = {
    kind: "manifest",
    file: path,
    bytes: bytes.length,
    lines: 0,
    faults: [],
    removed: 0,
    quarantined: 0,
    sealedWindows: 0,
    strayLogs: 0,
    files: [],
  };
  for (const { offset, transaction, isCutOff } of manifestLines(bytes)) {
    if (transaction === null) {
      const what = isCutOff ? "the last line is cut off" : "the line's checksum is wrong";
      about.faults.push({ offset, what });
      continue;
    }
    about.lines++;
    about.sealedWindows += transaction.sealed?.length ?? 0;
    about.strayLogs += transaction.strays?.length ?? 0;
    for (const file of transaction.remove ?? []) {
      live.delete(file);
      removed.add(file);
    }
    for (const { file } of transaction.quarantine ?? []) live.delete(file);
    about.quarantined += transaction.quarantine?.length ?? 0;
    for (const entry of transaction.add ?? []) {
      live.set(entry.file, entry);
      removed.delete(entry.file);
    }
  }
  about.removed = removed.size;
  about.files = [...live.values()].sort(
    (a, b) => a.step - b.step || a.retention - b.retention || a.from - b.from || a.lsn - b.lsn,
  );
  return about;
}
