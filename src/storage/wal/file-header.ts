import { crc32 } from "node:zlib";
import { readLsn } from "./files.ts";
import { FILE_HEADER_BYTES, WAL_MAGIC, WAL_VERSION } from "./format.ts";

/** What the header of a log file says. */
export interface LogFileHeader {
  storeId: Uint8Array;
  timeline: number;
  /** LSN of the first record in the file. */
  firstLsn: number;
  /** LSN up to which the files before must reach. */
  continuesLsn: number;
}

export interface HeaderProblem {
  reason: string;
  /** The file is whole, but not for this program: nothing may be guessed then. */
  isFatal: boolean;
  /** Bytes are missing. */
  isTorn: boolean;
}

export function readFileHeader(bytes: Uint8Array): LogFileHeader | HeaderProblem {
  if (bytes.length < FILE_HEADER_BYTES) {
    return { reason: "the header is cut off", isFatal: false, isTorn: true };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (crc32(bytes.subarray(0, 60)) !== view.getUint32(60, true)) {
    return { reason: "the header's checksum is wrong", isFatal: false, isTorn: false };
  }
  if (view.getUint32(0, true) !== WAL_MAGIC) {
    return { reason: "not a log file", isFatal: true, isTorn: false };
  }
  const version = view.getUint16(4, true);
  if (version !== WAL_VERSION) {
    return { reason: `version ${version} is not known here`, isFatal: true, isTorn: false };
  }
  return {
    storeId: bytes.slice(8, 24),
    timeline: view.getUint32(24, true),
    firstLsn: readLsn(view, 32),
    continuesLsn: readLsn(view, 40),
  };
}
