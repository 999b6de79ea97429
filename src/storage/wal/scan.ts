import type { FileSystem } from "../environment.ts";
import { StartError } from "../start-error.ts";
import { decodeRecords, type RecordVisitor } from "./decoder.ts";
import { type HeaderProblem, type LogFileHeader, readFileHeader } from "./file-header.ts";
import { readLsn, type WalFile } from "./files.ts";
import {
  FILE_HEADER_BYTES,
  FRAME_FIRST_LSN,
  FRAME_HAS_STATE,
  FRAME_HEADER_BYTES,
  FRAME_LENGTH,
} from "./format.ts";
import { frameAt, framesFrom } from "./frames.ts";

/** A piece that could not be read: reported, and left out. */
export interface Damage {
  file: string;
  offset: number;
  reason: string;
  /** Positions of the log that are missing for it, from `fromLsn` to below `untilLsn`. */
  lost?: { fromLsn: number; untilLsn: number };
  /** Nothing in the file can be used. */
  isWholeFile?: boolean;
}

/** Where a log file stops making sense, without another file that shows that records are missing. */
export interface LogTail extends Damage {
  isTorn: boolean;
}

export interface ScannedLog {
  files: WalFile[];
  /** LSN at which the log begins; 0 when there is none. */
  firstLsn: number;
  /** LSN after the last record. */
  endLsn: number;
  /** One above the highest series number that any frame knew. */
  nextSeries: number;
  frames: number;
  damage: Damage[];
  /** Normal after a crash. */
  tails: LogTail[];
  /** Files that were passed over: what is left of a drop that was interrupted. */
  passedOver: string[];
}

export function readWholeFile(files: FileSystem, path: string): Uint8Array {
  const file = files.openRead(path);
  try {
    const bytes = new Uint8Array(files.size(file));
    const read = files.readAt(file, bytes, 0);
    return bytes.subarray(0, read);
  } finally {
    files.close(file);
  }
}

/** Names of the log's files in its folder, in order. */
export function logFileNames(files: FileSystem, folder: string): string[] {
  return files.list(folder).filter((name) => /^\d{10}\.wal$/.test(name));
}

/**
 * Reads all log files in order and hands their records on. A torn end of the last file is normal. Any
 * other hole is damage: it is named, and reading goes on with the next frame that is whole.
 *
 * `afterFile` is told how many bytes each file had.
 *
 * @throws StartError when a file is of another version or of another store: nothing may be guessed
 */
export function scanLog(
  files: FileSystem,
  folder: string,
  storeId: Uint8Array,
  visitor: RecordVisitor,
  afterFile: (bytes: number) => void = () => {},
): ScannedLog {
  const log: ScannedLog = {
    files: [],
    firstLsn: 0,
    endLsn: 0,
    nextSeries: 0,
    frames: 0,
    damage: [],
    tails: [],
    passedOver: [],
  };
  const names = logFileNames(files, folder);
  let begun = false;
  // Where the last file stopped making sense. A crash leaves such a tail; it is damage only if the
  // next file shows that records are missing.
  let tail: LogTail | null = null;
  // The oldest file, if it cannot be read. It is damage if a later start has read it: then the file
  // made after that goes on behind it.
  let unreadable: (Damage & { fromLsn: number }) | null = null;
  for (const name of names) {
    const path = `${folder}/${name}`;
    const bytes = readWholeFile(files, path);
    const number = Number.parseInt(name, 10);
    const file: WalFile = { number, endLsn: log.endLsn, hasState: false };
    log.files.push(file);
    const header = headerOf(bytes, storeId);
    if ("reason" in header) {
      if (header.isFatal) throw new StartError(`${path}: ${header.reason}`);
      if (tail !== null) log.tails.push(tail);
      tail = { file: path, offset: 0, reason: header.reason, isTorn: header.isTorn };
      if (!begun) unreadable = { ...tail, fromLsn: firstLsnIn(bytes) };
      afterFile(bytes.length);
      continue;
    }
    if (unreadable !== null && header.continuesLsn > unreadable.fromLsn) {
      const { file: oldest, offset, reason } = unreadable;
      log.damage.push({ file: oldest, offset, reason, isWholeFile: true });
      if (tail?.file === oldest) tail = null;
    }
    unreadable = null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const first = frameAt(bytes, view, FILE_HEADER_BYTES);
    file.hasState = typeof first !== "string" && (first.flags & FRAME_HAS_STATE) !== 0;
    if (!begun && !file.hasState && names.length > 1) {
      // What is left of files whose drop was interrupted: all of it is on disk elsewhere. Or its
      // first frame has rotted, and nothing in it can be replayed.
      if (typeof first === "string") {
        const { firstLsn: fromLsn } = header;
        unreadable = { file: path, offset: FILE_HEADER_BYTES, reason: first, fromLsn };
      } else {
        log.passedOver.push(path);
      }
      afterFile(bytes.length);
      continue;
    }
    if (begun && header.continuesLsn > log.endLsn) {
      const lost = { fromLsn: log.endLsn, untilLsn: header.continuesLsn };
      log.damage.push(holeBefore(path, tail, lost));
    } else if (tail !== null) {
      log.tails.push(tail);
    }
    if (!begun) log.firstLsn = header.firstLsn;
    begun = true;
    tail = scanFile(path, bytes, log, visitor);
    file.endLsn = log.endLsn;
    afterFile(bytes.length);
  }
  if (tail !== null) log.tails.push(tail);
  return log;
}

/** LSN of the first whole frame in a file whose header says nothing; infinite when there is none. */
function firstLsnIn(bytes: Uint8Array): number {
  for (const piece of framesFrom(bytes, FILE_HEADER_BYTES, () => 0, Number.POSITIVE_INFINITY)) {
    if (piece.kind === "frame") return piece.firstLsn;
  }
  return Number.POSITIVE_INFINITY;
}

/** Records are missing before a file: the tail of the one before it says where, if it has one. */
function holeBefore(
  path: string,
  tail: LogTail | null,
  lost: { fromLsn: number; untilLsn: number },
): Damage {
  if (tail !== null) return { file: tail.file, offset: tail.offset, reason: tail.reason, lost };
  const reason = `records ${lost.fromLsn} to ${lost.untilLsn - 1} are missing before this file`;
  return { file: path, offset: 0, reason, lost };
}

/** Reads a file's frames; returns where it stopped making sense, if it did. */
function scanFile(
  path: string,
  bytes: Uint8Array,
  log: ScannedLog,
  visitor: RecordVisitor,
): LogTail | null {
  for (const piece of framesFrom(bytes, FILE_HEADER_BYTES, () => log.endLsn)) {
    if (piece.kind === "hole") {
      const { at: offset, reason, next, isTorn } = piece;
      if (next === null) return { file: path, offset, reason, isTorn };
      const lost = { fromLsn: log.endLsn, untilLsn: next.firstLsn };
      log.damage.push({ file: path, offset, reason, lost });
      continue;
    }
    // A frame that was written again after a failed sync is there twice.
    if (piece.firstLsn < log.endLsn) continue;
    const end = piece.firstLsn + piece.records;
    const start = piece.at + FRAME_HEADER_BYTES;
    try {
      decodeRecords(bytes, start, start + piece.length, piece.firstLsn, visitor);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      log.damage.push({ file: path, offset: piece.at, reason: error.message });
    }
    log.endLsn = Math.max(log.endLsn, end);
    log.nextSeries = Math.max(log.nextSeries, piece.nextSeries);
    log.frames++;
  }
  return null;
}

function headerOf(bytes: Uint8Array, storeId: Uint8Array): LogFileHeader | HeaderProblem {
  const header = readFileHeader(bytes);
  if ("reason" in header) return header;
  if (storeId.every((byte, i) => header.storeId[i] === byte)) return header;
  return { reason: "it belongs to another store", isFatal: true, isTorn: false };
}

export interface ScannedCatalogue {
  /** Where the last whole frame ends. */
  validBytes: number;
  bytes: number;
  frames: number;
  damage: Damage[];
  nextSeries: number;
  /** What stands behind the last whole frame, if anything does. */
  tail: CatalogueTail | null;
}

export interface CatalogueTail extends LogTail {
  /** Log position below which the catalogue would be complete with it; 0 when nobody can tell. */
  lsn: number;
}

/** Reads the catalogue: frames of defining records, without a file header. */
export function scanCatalogue(
  files: FileSystem,
  path: string,
  visitor: RecordVisitor,
): ScannedCatalogue {
  const result: ScannedCatalogue = {
    validBytes: 0,
    bytes: 0,
    frames: 0,
    damage: [],
    nextSeries: 0,
    tail: null,
  };
  if (!files.exists(path)) return result;
  const bytes = readWholeFile(files, path);
  result.bytes = bytes.length;
  for (const piece of framesFrom(bytes, 0, () => 0, Number.POSITIVE_INFINITY)) {
    if (piece.kind === "hole") {
      const { at: offset, reason, next, isTorn } = piece;
      if (next !== null) result.damage.push({ file: path, offset, reason });
      else result.tail = { file: path, offset, reason, isTorn, lsn: lsnOfTail(bytes, offset) };
      continue;
    }
    const start = piece.at + FRAME_HEADER_BYTES;
    try {
      decodeRecords(bytes, start, start + piece.length, 0, visitor);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      result.damage.push({ file: path, offset: piece.at, reason: error.message });
    }
    result.nextSeries = Math.max(result.nextSeries, piece.nextSeries);
    result.frames++;
    result.validBytes = start + piece.length;
  }
  return result;
}

/** The header of a bad last frame is believed when its length leads exactly to the file's end. */
function lsnOfTail(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = at + FRAME_HEADER_BYTES;
  if (start > bytes.length) return 0;
  const isWhole = start + view.getUint32(at + FRAME_LENGTH, true) === bytes.length;
  return isWhole ? readLsn(view, at + FRAME_FIRST_LSN) : 0;
}
