import type { Environment, FileSystem } from "../environment.ts";
import { lockOwner } from "../lock.ts";
import { Manifest } from "../manifest.ts";
import {
  CATALOGUE_FILE,
  DOCUMENT_FOLDER,
  MANIFEST_FILE,
  STATFILE_FOLDER,
  WAL_FOLDER,
} from "../store-folder.ts";
import { logFileNames } from "../wal/scan.ts";
import { checkCatalogue } from "./check-catalogue.ts";
import { checkDocuments, collectionNames } from "./check-documents.ts";
import { noteStrangers } from "./check-folders.ts";
import { checkFormat } from "./check-format.ts";
import { checkLog } from "./check-log.ts";
import { checkManifest } from "./check-manifest.ts";
import { StatFileCheck, wholeLoss } from "./check-statfile.ts";
import { Definitions } from "./definitions.ts";
import { isFromDisk, isGone, retryWhenGone, sizeOf } from "./file-access.ts";
import { type CheckEvents, Findings } from "./findings.ts";
import { requireStore } from "./not-a-store.ts";
import { readOnly } from "./read-only-files.ts";

/** How much was checked. */
export interface CheckSummary {
  statfiles: number;
  statfileBytes: number;
  sections: number;
  blocks: number;
  /** Slots of series that hold something. */
  points: number;
  logFiles: number;
  logFrames: number;
  series: number;
  plans: number;
  documents: number;
  problems: number;
}

/** Times that the log is read anew because a running server has dropped a file of it. */
const ATTEMPTS = 5;

/**
 * Verifies every byte of a store that is under a checksum, and that its files belong together.
 * Changes nothing, and takes no lock.
 *
 * The manifest is read before the log, and the log before the catalogue: what a running server moves
 * meanwhile moves in that direction, so nothing is missed.
 *
 * @throws NotAStoreError, NewerVersionError
 */
export function checkStore(
  { clock, files: changeable }: Environment,
  folder: string,
  events: CheckEvents,
): CheckSummary {
  const files = readOnly(changeable);
  const env: Environment = { clock, files };
  requireStore(files, folder);
  const manifest = new Manifest(env, folder);
  const findings = new Findings(events, totalBytes(files, folder, manifest));
  // A server that ends in good order removes its lock; nothing may be unfinished then.
  const isClean = !files.exists(`${folder}/lock`);
  if (!isClean && lockOwner(folder) === null) {
    findings.note(
      "lock: left by a process that did not end in good order; the next start takes it",
    );
  }
  const storeId = checkFormat(files, folder, findings);
  checkManifest(files, folder, manifest, isClean, findings);
  let definitions = new Definitions();
  const log = guarded(WAL_FOLDER, findings, () =>
    retryWhenGone(ATTEMPTS, () => {
      definitions = new Definitions();
      return checkLog(files, folder, storeId, definitions, isClean, findings);
    }),
  );
  // A store into which was only imported has no log yet, and needs none.
  if (log !== null && manifest.highestLsn > 0 && log.endLsn <= manifest.highestLsn) {
    const what = `the log ends at position ${log.endLsn}, and StatFiles know ${manifest.highestLsn}`;
    findings.problem(WAL_FOLDER, 0, what, "lost: what is not in StatFiles yet");
  }
  guarded(CATALOGUE_FILE, findings, () =>
    checkCatalogue(files, folder, definitions, log?.nextSeries ?? 0, isClean, findings),
  );
  const statfiles = new StatFileCheck(files, findings, definitions);
  checkStatFiles(env, folder, manifest, statfiles, findings);
  reportUndefined(definitions, findings);
  const documents = guarded(DOCUMENT_FOLDER, findings, () =>
    checkDocuments(files, folder, isClean, findings),
  );
  noteStrangers(files, folder, manifest, findings);
  return {
    statfiles: statfiles.statfiles,
    statfileBytes: statfiles.bytes,
    sections: statfiles.sections,
    blocks: statfiles.blocks,
    points: statfiles.points,
    logFiles: log?.files.length ?? 0,
    logFrames: log?.frames ?? 0,
    series: definitions.seriesCount,
    plans: definitions.plans.size,
    documents: documents ?? 0,
    problems: findings.problems,
  };
}

/** Does a part of the check; what the disk refuses is a problem like others. */
function guarded<T>(file: string, findings: Findings, part: () => T): T | null {
  try {
    return part();
  } catch (error) {
    if (!isFromDisk(error)) throw error;
    findings.problem(file, 0, error.message, "the server does not start");
    return null;
  }
}

/** Checks the files that the manifest names; one that is gone may have been merged meanwhile. */
function checkStatFiles(
  env: Environment,
  folder: string,
  manifest: Manifest,
  check: StatFileCheck,
  findings: Findings,
): void {
  const queue = new Map([...manifest.files].map((entry) => [entry.file, entry]));
  let present = manifest;
  // What is added on the way comes last.
  for (const entry of queue.values()) {
    const name = `${STATFILE_FOLDER}/${entry.file}`;
    try {
      check.check(name, `${folder}/${name}`, entry);
      continue;
    } catch (error) {
      if (!isFromDisk(error)) throw error;
      if (!isGone(error)) {
        findings.lost(name, 0, error.message, wholeLoss(entry, null));
        continue;
      }
    }
    if (present.has(entry.file)) present = new Manifest(env, folder);
    if (present.has(entry.file)) {
      findings.lost(name, 0, "the file is missing", wholeLoss(entry, null));
      continue;
    }
    for (const added of present.files) if (!queue.has(added.file)) queue.set(added.file, added);
  }
}

/** Data whose meaning is lost with the catalogue or the log. */
function reportUndefined(definitions: Definitions, findings: Findings): void {
  const { count, numbers } = definitions.nameless();
  if (count > 0) {
    const what = `${count} series have data and no name: numbers ${numbers}`;
    findings.problem(CATALOGUE_FILE, 0, what, "their data cannot be found");
  }
  for (const [plan, sections] of definitions.usedPlans) {
    if (definitions.plans.has(plan)) continue;
    const what = `plan ${plan} is defined nowhere`;
    findings.problem(CATALOGUE_FILE, 0, what, `${sections} sections of StatFiles are of that plan`);
  }
}

function totalBytes(files: FileSystem, folder: string, manifest: Manifest): number {
  let bytes = 0;
  for (const entry of manifest.files) bytes += entry.bytes;
  const names = logFileNames(files, `${folder}/${WAL_FOLDER}`).map(
    (name) => `${WAL_FOLDER}/${name}`,
  );
  const documents = collectionNames(files, folder).map((name) => `${DOCUMENT_FOLDER}/${name}`);
  for (const name of [MANIFEST_FILE, CATALOGUE_FILE, ...names, ...documents]) {
    try {
      bytes += sizeOf(files, `${folder}/${name}`);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return bytes;
}
