import { isoTime } from "../../model/time-text.ts";
import type { FileSystem } from "../environment.ts";
import { WAL_FOLDER } from "../store-folder.ts";
import { readFileHeader } from "../wal/file-header.ts";
import { FILE_HEADER_BYTES } from "../wal/format.ts";
import { framesFrom } from "../wal/frames.ts";
import {
  type Damage,
  type LogTail,
  logFileNames,
  readWholeFile,
  type ScannedLog,
  scanLog,
} from "../wal/scan.ts";
import type { Definitions } from "./definitions.ts";
import { readStart } from "./file-access.ts";
import type { Findings } from "./findings.ts";
import { type LostTimes, timesAround } from "./lost-times.ts";

/**
 * Checks every frame of every log file by the scan that the server makes at its start. Null when it
 * would refuse the log as a whole. `isClean` says that the last process ended in good order, so that
 * nothing may be unfinished.
 */
export function checkLog(
  files: FileSystem,
  dataFolder: string,
  storeId: Uint8Array,
  definitions: Definitions,
  isClean: boolean,
  findings: Findings,
): ScannedLog | null {
  const folder = `${dataFolder}/${WAL_FOLDER}`;
  if (refused(files, folder, storeId, findings)) return null;
  const log = scanLog(files, folder, storeId, definitions, (bytes) => findings.read(bytes));
  const report = new LogReport(dataFolder, findings);
  const lost = log.damage.flatMap((damage) => damage.lost ?? []);
  const times = timesAround(files, folder, storeId, lost);
  for (const damage of log.damage) report.damage(damage, times);
  const last = `${folder}/${logFileNames(files, folder).at(-1)}`;
  for (const tail of log.tails) report.tail(tail, tail.file === last, isClean, log.endLsn);
  for (const path of log.passedOver) report.passedOver(path, readWholeFile(files, path));
  return log;
}

/** Whether there is a file for which the server would not start. */
function refused(
  files: FileSystem,
  folder: string,
  storeId: Uint8Array,
  findings: Findings,
): boolean {
  const before = findings.problems;
  for (const name of logFileNames(files, folder)) {
    const header = readFileHeader(readStart(files, `${folder}/${name}`, FILE_HEADER_BYTES));
    let reason = "";
    if ("reason" in header) reason = header.isFatal ? header.reason : "";
    else if (Buffer.compare(header.storeId, storeId) !== 0) reason = "it belongs to another store";
    if (reason === "") continue;
    const cost = "the server does not start, and the log was not checked further";
    findings.problem(`${WAL_FOLDER}/${name}`, 0, reason, cost);
  }
  return findings.problems > before;
}

/** Puts into words what a scan of the log has found. */
class LogReport {
  readonly #folder: string;
  readonly #findings: Findings;

  constructor(folder: string, findings: Findings) {
    this.#folder = folder;
    this.#findings = findings;
  }

  damage({ file, offset, reason, lost }: Damage, times: Map<number, LostTimes>): void {
    const cost =
      lost === undefined
        ? "lost: what the rest of this frame says"
        : `lost: ${recordsText(lost)}${timeText(times.get(lost.fromLsn))}, and names first seen in them`;
    this.#findings.problem(this.#nameOf(file), offset, reason, cost);
  }

  /** `end` is the position that the log reaches. */
  tail(tail: LogTail, isLast: boolean, isClean: boolean, end: number): void {
    const { file, offset, reason, isTorn } = tail;
    const name = this.#nameOf(file);
    const isHeader = offset === 0;
    if (isLast && (isClean || !isTorn)) {
      const cost = isHeader ? "all records of this file" : `records from position ${end} on`;
      this.#findings.problem(name, offset, reason, `lost: ${cost}`);
    } else if (isHeader && !isTorn) {
      const cost = "lost: its records, as far as they are not in StatFiles";
      this.#findings.problem(name, offset, reason, cost);
    } else {
      const rest = isLast ? "" : "; nothing is missing before the next file";
      this.#findings.note(`${name} at ${offset}: ${reason}, as a crash leaves it${rest}`);
    }
  }

  /** The server takes a file without a readable beginning for what is left of an older log. */
  passedOver(path: string, bytes: Uint8Array): void {
    const name = this.#nameOf(path);
    let end = 0;
    for (const piece of framesFrom(bytes, FILE_HEADER_BYTES, () => end)) {
      if (piece.kind === "frame") {
        end = piece.firstLsn + piece.records;
        continue;
      }
      if (piece.isTorn) continue;
      const cost =
        piece.at === FILE_HEADER_BYTES
          ? "the server passes the file over; lost: its records, as far as they are not in StatFiles"
          : "nothing: the file is passed over";
      this.#findings.problem(name, piece.at, piece.reason, cost);
    }
    this.#findings.note(`${name}: passed over, as what is left of a drop that was interrupted`);
  }

  #nameOf(path: string): string {
    return path.slice(this.#folder.length + 1);
  }
}

function recordsText({ fromLsn, untilLsn }: { fromLsn: number; untilLsn: number }): string {
  const count = untilLsn - fromLsn;
  if (count <= 0) return "nothing but a repeated frame";
  return count === 1
    ? `1 record (position ${fromLsn} of the log)`
    : `${count} records (positions ${fromLsn} to ${untilLsn - 1} of the log)`;
}

function timeText(times: LostTimes | undefined): string {
  if (times === undefined) return "";
  const { before, after } = times;
  if (before !== null && after !== null) {
    return `, between datapoints of ${isoTime(before)} and ${isoTime(after)}`;
  }
  if (before !== null) return `, after a datapoint of ${isoTime(before)}`;
  return after === null ? "" : `, before a datapoint of ${isoTime(after)}`;
}
