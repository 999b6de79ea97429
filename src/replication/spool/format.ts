import { crc32 } from "node:zlib";
import type { BatchKind } from "../../protocols/istat-batches.ts";

/**
 * A file of a spool, byte by byte: a header, then frames.
 *
 *     at  type     header                              at  type  frame
 *      0  4 bytes  "SSPL"                               0  u32   length of the payload in bytes
 *      4  u16      version, 1                           4  u32   crc of bytes 8 to the payload's end
 *      6  u16      length of this header, 32            8  u53   sequence number, grows by one
 *      8  u53      number that the next batch gets     16  u32   kind, see FrameKind
 *     16  u53      batches up to this one are done     20        payload
 *     24  4 bytes  zero
 *     28  u32      crc of bytes 0 to 27
 *
 * @see docs/formats/spool.md
 */
export const SPOOL_HEADER_BYTES = 32;
export const SPOOL_FRAME_BYTES = 20;
const MAGIC = 0x4c505353; // "SSPL", little-endian
const VERSION = 1;
/** Of an entry in the table of a frame of batches. */
const ENTRY_BYTES = 12;
const TABLE_AT = 12;
const MAX_PAYLOAD_BYTES = 1 << 28;

/** Lines wait to become batches; batches take the place of all lines before them. */
export const FRAME_ISTAT_LINES = 1;
export const FRAME_CARBON_LINES = 2;
export const FRAME_BATCHES = 3;
export const FRAME_DONE = 4;
export type FrameKind = 1 | 2 | 3 | 4;

const KINDS: readonly BatchKind[] = ["istat", "carbon"];

export interface SpoolHeader {
  next: number;
  done: number;
}

export interface SpoolFrame {
  sequence: number;
  kind: number;
  /** Where the payload is in the file. */
  at: number;
  payload: Buffer;
}

/** A batch in the payload of a frame. */
export interface BatchEntry {
  number: number;
  kind: BatchKind;
  lines: number;
  /** Where it is in the payload. */
  at: number;
  bytes: number;
}

export function spoolHeader({ next, done }: SpoolHeader): Buffer {
  const bytes = Buffer.alloc(SPOOL_HEADER_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt16LE(VERSION, 4);
  bytes.writeUInt16LE(SPOOL_HEADER_BYTES, 6);
  writeU53(bytes, 8, next);
  writeU53(bytes, 16, done);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
}

/** The header of a file, or why there is none. */
export function readSpoolHeader(bytes: Buffer): SpoolHeader | string {
  if (bytes.length < SPOOL_HEADER_BYTES) return "its header is cut off";
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) return "its header is damaged";
  if (bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt16LE(4) !== VERSION) {
    return "it is of another version";
  }
  return { next: readU53(bytes, 8), done: readU53(bytes, 16) };
}

export function spoolFrame(sequence: number, kind: FrameKind, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(SPOOL_FRAME_BYTES + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  writeU53(bytes, 8, sequence);
  bytes.writeUInt32LE(kind, 16);
  bytes.set(payload, SPOOL_FRAME_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** The frame at `at`; null when there is none, or no whole one. */
export function readSpoolFrame(bytes: Buffer, at: number): SpoolFrame | null {
  if (at + SPOOL_FRAME_BYTES > bytes.length) return null;
  const length = bytes.readUInt32LE(at);
  const end = at + SPOOL_FRAME_BYTES + length;
  if (length > MAX_PAYLOAD_BYTES || end > bytes.length) return null;
  if (crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return null;
  const start = at + SPOOL_FRAME_BYTES;
  return {
    sequence: readU53(bytes, at + 8),
    kind: bytes.readUInt32LE(at + 16),
    at: start,
    payload: bytes.subarray(start, end),
  };
}

/** u53 first number, u32 count, per batch u32 kind, u32 bytes, u32 lines; then the batches. */
export function batchesPayload(
  first: number,
  batches: readonly { kind: BatchKind; lines: number; payload: Uint8Array }[],
): Buffer {
  const table = Buffer.alloc(TABLE_AT + batches.length * ENTRY_BYTES);
  writeU53(table, 0, first);
  table.writeUInt32LE(batches.length, 8);
  batches.forEach(({ kind, lines, payload }, i) => {
    const at = TABLE_AT + i * ENTRY_BYTES;
    table.writeUInt32LE(KINDS.indexOf(kind), at);
    table.writeUInt32LE(payload.length, at + 4);
    table.writeUInt32LE(lines, at + 8);
  });
  return Buffer.concat([table, ...batches.map(({ payload }) => payload)]);
}

export function batchEntries(payload: Buffer): BatchEntry[] {
  const first = readU53(payload, 0);
  const count = payload.readUInt32LE(8);
  let at = TABLE_AT + count * ENTRY_BYTES;
  return Array.from({ length: count }, (_, i) => {
    const entry = TABLE_AT + i * ENTRY_BYTES;
    const bytes = payload.readUInt32LE(entry + 4);
    at += bytes;
    return {
      number: first + i,
      kind: KINDS[payload.readUInt32LE(entry)]!,
      lines: payload.readUInt32LE(entry + 8),
      at: at - bytes,
      bytes,
    };
  });
}

export function donePayload(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeU53(bytes, 0, number);
  return bytes;
}

export function readDone(payload: Buffer): number {
  return readU53(payload, 0);
}

function writeU53(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value >>> 0, at);
  bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}

function readU53(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}
