import { crc32 } from "node:zlib";
import { isoTime } from "../../model/time-text.ts";
import type { FileId, FileSystem } from "../environment.ts";
import type { Manifest } from "../manifest.ts";
import {
  CATALOGUE_FILE,
  CONTROL_SOCKET,
  DOCUMENT_FOLDER,
  FORMAT_FILE,
  MANIFEST_FILE,
  ORPHAN_FOLDER,
  QUARANTINE_FOLDER,
  quarantinePath,
  STATFILE_FOLDER,
  UPLOAD_FOLDER,
  WAL_FOLDER,
} from "../store-folder.ts";
import { logFileNames } from "../wal/scan.ts";
import { sizeOf } from "./file-access.ts";
import type { Findings } from "./findings.ts";
import { groupsOf, readFrame, readPiece } from "./statfile-frame.ts";

const KNOWN = [
  FORMAT_FILE,
  MANIFEST_FILE,
  CATALOGUE_FILE,
  WAL_FOLDER,
  STATFILE_FOLDER,
  ORPHAN_FOLDER,
  QUARANTINE_FOLDER,
  DOCUMENT_FOLDER,
  UPLOAD_FOLDER,
  "lock",
  CONTROL_SOCKET,
];
/** What a process that was killed has left half-written; the next one takes no notice. */
const HALF_WRITTEN = /^(FORMAT|manifest|catalogue)\.new$|^snapshot\.partial$|^lock\.(stale\.)?\d+$/;

/** Says what lies in the folders besides the store's own files. */
export function noteStrangers(
  files: FileSystem,
  folder: string,
  manifest: Manifest,
  findings: Findings,
): void {
  for (const name of files.list(folder)) {
    if (HALF_WRITTEN.test(name)) findings.note(`${name}: left half-written by a crash`);
    else if (!KNOWN.includes(name)) findings.note(`${name}: no file of a store`);
  }
  const log = new Set(logFileNames(files, `${folder}/${WAL_FOLDER}`));
  for (const name of files.list(`${folder}/${WAL_FOLDER}`)) {
    if (!log.has(name)) findings.note(`${WAL_FOLDER}/${name}: no log file`);
  }
  noteUnnamed(files, folder, manifest, findings);
  noteOrphans(files, folder, findings);
  noteQuarantine(files, folder, manifest, findings);
}

/** What was lost with damaged files, as it was found out when they were set aside. */
function noteQuarantine(
  files: FileSystem,
  folder: string,
  manifest: Manifest,
  findings: Findings,
): void {
  const known = new Set<string>();
  for (const { file, reason, since, lostBlocks } of manifest.quarantined) {
    const path = quarantinePath(file);
    known.add(path);
    if (!files.exists(`${folder}/${path}`)) continue;
    const lost = lostBlocks === null ? "all of it is lost" : `${lostBlocks} blocks of it are lost`;
    findings.note(`${path}: set aside ${isoTime(since)}, ${lost}: ${reason}`);
  }
  for (const name of files.list(`${folder}/${QUARANTINE_FOLDER}`)) {
    const path = `${QUARANTINE_FOLDER}/${name}`;
    if (!known.has(path)) findings.note(`${path}: no file that was set aside`);
  }
}

function noteUnnamed(
  files: FileSystem,
  folder: string,
  manifest: Manifest,
  findings: Findings,
): void {
  const known = new Set([...manifest.files].map(({ file }) => file));
  for (const group of files.list(`${folder}/${STATFILE_FOLDER}`)) {
    if (!/^\d+-\d+$/.test(group)) findings.note(`${STATFILE_FOLDER}/${group}: no folder of a tier`);
    for (const name of files.list(`${folder}/${STATFILE_FOLDER}/${group}`)) {
      const file = `${group}/${name}`;
      if (known.has(file)) continue;
      let what = `not named by the manifest; the next start moves it to ${ORPHAN_FOLDER}`;
      if (name.endsWith(".tmp")) what = "not finished; the next start removes it";
      else if (manifest.wasRemoved(file)) what = "merged or expired; the next start removes it";
      findings.note(`${STATFILE_FOLDER}/${file}: ${what}`);
    }
  }
}

/** Orphans count for nothing, so that damage in them is none of the store. */
function noteOrphans(files: FileSystem, folder: string, findings: Findings): void {
  const names = files.list(`${folder}/${ORPHAN_FOLDER}`);
  if (names.length === 0) return;
  let bytes = 0;
  const damaged: string[] = [];
  for (const name of names) {
    const path = `${folder}/${ORPHAN_FOLDER}/${name}`;
    bytes += sizeOf(files, path);
    if (!isWhole(files, path)) damaged.push(name);
  }
  const whole = damaged.length === 0 ? "" : `; not whole: ${damaged.join(", ")}`;
  findings.note(
    `${ORPHAN_FOLDER}: ${names.length} files of ${bytes} bytes that are no part of the store${whole}`,
  );
}

function isWhole(files: FileSystem, path: string): boolean {
  let file: FileId;
  try {
    file = files.openRead(path);
  } catch {
    return false;
  }
  try {
    const { fileFaults, sectionFaults, sections } = readFrame(files, file, null);
    if (fileFaults.length > 0 || sectionFaults.size > 0) return false;
    return sections.every(({ section, directory }) =>
      groupsOf(section, directory!).every(({ at, bytes, crc }) => {
        const piece = readPiece(files, file, at, bytes);
        return typeof piece !== "string" && crc32(piece) === crc;
      }),
    );
  } finally {
    files.close(file);
  }
}
