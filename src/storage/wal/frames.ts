import { crc32 } from "node:zlib";
import { readLsn } from "./files.ts";
import {
  FRAME_CRC,
  FRAME_FIRST_LSN,
  FRAME_FLAGS,
  FRAME_HEADER_BYTES,
  FRAME_LENGTH,
  FRAME_NEXT_SERIES,
  FRAME_RECORDS,
  MAX_PAYLOAD_BYTES,
} from "./format.ts";

/** More than a catalogue frame or a log frame can have. */
export const MAX_FRAME_BYTES = Math.max(MAX_PAYLOAD_BYTES, 1 << 28);

/** Positions that may be missing in a hole. */
const MAX_GAP = 2 ** 32;

/** A whole frame, whose crc is right. */
export interface Frame {
  kind: "frame";
  at: number;
  /** Bytes of the payload, which lies behind the frame's header. */
  length: number;
  firstLsn: number;
  records: number;
  nextSeries: number;
  flags: number;
}

/** Bytes that are no frame. */
export interface Hole {
  kind: "hole";
  at: number;
  reason: string;
  /** The frame behind the hole; null when there is none, so that the file may just end here. */
  next: Frame | null;
  /** Something was begun and not finished: bytes are missing, or were never filled in. */
  isTorn: boolean;
}

/**
 * The frames from `at` on, and the holes between them. `lsnSoFar` is asked behind which position a
 * frame must lie to be the next one after a hole.
 */
export function* framesFrom(
  bytes: Uint8Array,
  at: number,
  lsnSoFar: () => number,
  maxGap = MAX_GAP,
): Generator<Frame | Hole> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let from = at; from < bytes.length; ) {
    const frame = frameAt(bytes, view, from);
    if (typeof frame !== "string") {
      yield frame;
      from += FRAME_HEADER_BYTES + frame.length;
      continue;
    }
    const next = nextFrame(bytes, view, from + 1, lsnSoFar(), maxGap);
    const isTorn = next === null && (frame.endsWith("is cut off") || isZero(bytes, from));
    yield { kind: "hole", at: from, reason: frame, next, isTorn };
    from = next === null ? bytes.length : next.at;
  }
}

/** The frame at `at`, or why there is none. */
export function frameAt(bytes: Uint8Array, view: DataView, at: number): Frame | string {
  if (at + FRAME_HEADER_BYTES > bytes.length) return "the frame's header is cut off";
  const length = view.getUint32(at + FRAME_LENGTH, true);
  if (length > MAX_FRAME_BYTES) return `a frame of ${length} bytes is too long`;
  const end = at + FRAME_HEADER_BYTES + length;
  if (end > bytes.length) return "the frame is cut off";
  const crc = crc32(bytes.subarray(at + FRAME_FIRST_LSN, end));
  if (crc !== view.getUint32(at + FRAME_CRC, true)) return "the frame's checksum is wrong";
  return {
    kind: "frame",
    at,
    length,
    firstLsn: readLsn(view, at + FRAME_FIRST_LSN),
    records: view.getUint32(at + FRAME_RECORDS, true),
    nextSeries: view.getUint32(at + FRAME_NEXT_SERIES, true),
    flags: view.getUint32(at + FRAME_FLAGS, true),
  };
}

/** The first whole frame of a later position, from `at` on. */
function nextFrame(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  endLsn: number,
  maxGap: number,
): Frame | null {
  for (let from = at; from + FRAME_HEADER_BYTES <= bytes.length; from++) {
    const length = view.getUint32(from + FRAME_LENGTH, true);
    if (from + FRAME_HEADER_BYTES + length > bytes.length) continue;
    const firstLsn = readLsn(view, from + FRAME_FIRST_LSN);
    if (firstLsn < endLsn || firstLsn > endLsn + maxGap) continue;
    const frame = frameAt(bytes, view, from);
    if (typeof frame !== "string") return frame;
  }
  return null;
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}
