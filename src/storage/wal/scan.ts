import { crc32 } from "node:zlib";
import type { FileSystem } from "../environment.ts";
import { StartError } from "../start-error.ts";
import { decodeRecords, type RecordVisitor } from "./decoder.ts";
import { readLsn, type WalFile } from "./files.ts";
import {
  FILE_HEADER_BYTES,
  FRAME_CRC,
  FRAME_FIRST_LSN,
  FRAME_FLAGS,
  FRAME_HAS_STATE,
  FRAME_HEADER_BYTES,
  FRAME_LENGTH,
  FRAME_NEXT_SERIES,
  FRAME_RECORDS,
  MAX_PAYLOAD_BYTES,
  WAL_MAGIC,
  WAL_VERSION,
} from "./format.ts";

/** A piece that could not be read: reported, and left out. */
export interface Damage {
  file: string;
  offset: number;
  reason: string;
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
}

export interface ScannedCatalogue {
  /** Where the last whole frame ends. */
  validBytes: number;
  bytes: number;
  /** One above the highest series number that a whole frame knew. */
  nextSeries: number;
  damage: Damage[];
  /** What stands behind the last whole frame, if anything does. */
  tail: CatalogueTail | null;
}

export interface CatalogueTail {
  damage: Damage;
  /** Log position below which the catalogue would be complete with it; 0 when nobody can tell. */
  lsn: number;
}

/** More than a catalogue frame or a log frame can have. */
const MAX_FRAME_BYTES = Math.max(MAX_PAYLOAD_BYTES, 1 << 28);

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

interface Frame {
  at: number;
  length: number;
  firstLsn: number;
  records: number;
  nextSeries: number;
  flags: number;
}

/** The frame at `at`, or why there is none. */
function frameAt(bytes: Uint8Array, view: DataView, at: number): Frame | string {
  if (at + FRAME_HEADER_BYTES > bytes.length) return "the frame's header is cut off";
  const length = view.getUint32(at + FRAME_LENGTH, true);
  if (length > MAX_FRAME_BYTES) return `a frame of ${length} bytes is too long`;
  const end = at + FRAME_HEADER_BYTES + length;
  if (end > bytes.length) return "the frame is cut off";
  const crc = crc32(bytes.subarray(at + FRAME_FIRST_LSN, end));
  if (crc !== view.getUint32(at + FRAME_CRC, true)) return "the frame's checksum is wrong";
  return {
    at,
    length,
    firstLsn: readLsn(view, at + FRAME_FIRST_LSN),
    records: view.getUint32(at + FRAME_RECORDS, true),
    nextSeries: view.getUint32(at + FRAME_NEXT_SERIES, true),
    flags: view.getUint32(at + FRAME_FLAGS, true),
  };
}

/**
 * Reads all log files in order and hands their records on. A torn end of the last file is normal. Any
 * other hole is damage: it is named, and reading goes on with the next frame that is whole.
 *
 * @throws StartError when a file is of another version or of another store: nothing may be guessed
 */
export function scanLog(
  files: FileSystem,
  folder: string,
  storeId: Uint8Array,
  visitor: RecordVisitor,
): ScannedLog {
  const log: ScannedLog = {
    files: [],
    firstLsn: 0,
    endLsn: 0,
    nextSeries: 0,
    frames: 0,
    damage: [],
  };
  const names = files.list(folder).filter((name) => /^\d{10}\.wal$/.test(name));
  let begun = false;
  // Where a file stopped making sense. A crash leaves such a tail; it is damage only if the next
  // file shows that records are missing.
  const tail: { damage: Damage | null } = { damage: null };
  for (const name of names) {
    const path = `${folder}/${name}`;
    const bytes = readWholeFile(files, path);
    const number = Number.parseInt(name, 10);
    const file: WalFile = { number, endLsn: log.endLsn, hasState: false };
    log.files.push(file);
    const problem = headerProblem(bytes, storeId);
    if (problem !== null) {
      if (problem.isFatal) throw new StartError(`${path}: ${problem.reason}`);
      tail.damage = { file: path, offset: 0, reason: problem.reason };
      continue;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const continues = readLsn(view, 40);
    const first = frameAt(bytes, view, FILE_HEADER_BYTES);
    file.hasState = typeof first !== "string" && (first.flags & FRAME_HAS_STATE) !== 0;
    if (!begun) {
      // What is left of files whose drop was interrupted: all of it is on disk elsewhere.
      if (!file.hasState && names.length > 1) continue;
      begun = true;
      log.firstLsn = readLsn(view, 32);
    } else if (continues > log.endLsn) {
      const reason = `records ${log.endLsn} to ${continues - 1} are missing before this file`;
      log.damage.push(tail.damage ?? { file: path, offset: 0, reason });
    }
    tail.damage = scanFile(path, bytes, view, log, visitor);
    file.endLsn = log.endLsn;
  }
  return log;
}

/** Reads a file's frames; returns where it stopped making sense, if it did. */
function scanFile(
  path: string,
  bytes: Uint8Array,
  view: DataView,
  log: ScannedLog,
  visitor: RecordVisitor,
): Damage | null {
  let at = FILE_HEADER_BYTES;
  while (at < bytes.length) {
    const frame = frameAt(bytes, view, at);
    if (typeof frame === "string") {
      const next = nextFrame(bytes, view, at + 1, log.endLsn, log.endLsn + 2 ** 32);
      if (next < 0) return { file: path, offset: at, reason: frame };
      log.damage.push({ file: path, offset: at, reason: frame });
      at = next;
      continue;
    }
    const end = frame.firstLsn + frame.records;
    // A frame that was written again after a failed sync is there twice.
    if (frame.firstLsn >= log.endLsn) {
      const start = at + FRAME_HEADER_BYTES;
      try {
        decodeRecords(bytes, start, start + frame.length, frame.firstLsn, visitor);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        log.damage.push({ file: path, offset: at, reason: error.message });
      }
      log.endLsn = Math.max(log.endLsn, end);
      log.nextSeries = Math.max(log.nextSeries, frame.nextSeries);
      log.frames++;
    }
    at += FRAME_HEADER_BYTES + frame.length;
  }
  return null;
}

/** Where a whole frame with a position in [least, most] begins, from `at` on; -1 for nowhere. */
function nextFrame(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  least: number,
  most: number,
): number {
  for (let from = at; from + FRAME_HEADER_BYTES <= bytes.length; from++) {
    const length = view.getUint32(from + FRAME_LENGTH, true);
    if (from + FRAME_HEADER_BYTES + length > bytes.length) continue;
    const firstLsn = readLsn(view, from + FRAME_FIRST_LSN);
    if (firstLsn < least || firstLsn > most) continue;
    if (typeof frameAt(bytes, view, from) !== "string") return from;
  }
  return -1;
}

function headerProblem(
  bytes: Uint8Array,
  storeId: Uint8Array,
): { reason: string; isFatal: boolean } | null {
  if (bytes.length < FILE_HEADER_BYTES) return { reason: "the header is cut off", isFatal: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (crc32(bytes.subarray(0, 60)) !== view.getUint32(60, true)) {
    return { reason: "the header's checksum is wrong", isFatal: false };
  }
  if (view.getUint32(0, true) !== WAL_MAGIC) return { reason: "not a log file", isFatal: true };
  if (view.getUint16(4, true) !== WAL_VERSION) {
    return { reason: `version ${view.getUint16(4, true)} is not known here`, isFatal: true };
  }
  for (let i = 0; i < 16; i++) {
    if (bytes[8 + i] !== storeId[i])
      return { reason: "it belongs to another store", isFatal: true };
  }
  return null;
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
    nextSeries: 0,
    damage: [],
    tail: null,
  };
  if (!files.exists(path)) return result;
  const bytes = readWholeFile(files, path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  result.bytes = bytes.length;
  let at = 0;
  while (at < bytes.length) {
    const frame = frameAt(bytes, view, at);
    if (typeof frame === "string") {
      const damage = { file: path, offset: at, reason: frame };
      const next = nextFrame(bytes, view, at + 1, 0, Number.POSITIVE_INFINITY);
      if (next < 0) {
        result.tail = { damage, lsn: lsnOfTail(bytes, view, at) };
        break;
      }
      result.damage.push(damage);
      at = next;
      continue;
    }
    const start = at + FRAME_HEADER_BYTES;
    try {
      decodeRecords(bytes, start, start + frame.length, 0, visitor);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      result.damage.push({ file: path, offset: at, reason: error.message });
    }
    result.nextSeries = Math.max(result.nextSeries, frame.nextSeries);
    at = start + frame.length;
    result.validBytes = at;
  }
  return result;
}

/** The header of a bad last frame is believed when its length leads exactly to the file's end. */
function lsnOfTail(bytes: Uint8Array, view: DataView, at: number): number {
  const start = at + FRAME_HEADER_BYTES;
  if (start > bytes.length) return 0;
  const isWhole = start + view.getUint32(at + FRAME_LENGTH, true) === bytes.length;
  return isWhole ? readLsn(view, at + FRAME_FIRST_LSN) : 0;
}
