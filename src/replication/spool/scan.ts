import type { BatchKind } from "../../protocols/istat-batches.ts";
import type { FileSystem } from "../../storage/environment.ts";
import { readWholeFile } from "../../storage/wal/scan.ts";
import {
  batchEntries,
  FRAME_BATCHES,
  FRAME_CARBON_LINES,
  FRAME_DONE,
  FRAME_ISTAT_LINES,
  readDone,
  readSpoolFrame,
  readSpoolHeader,
  SPOOL_FRAME_BYTES,
  SPOOL_HEADER_BYTES,
} from "./format.ts";
import type { SpooledBatch } from "./spool.ts";

export interface ScannedSpool {
  files: { number: number; bytes: number; lastBatch: number; lastLines: number }[];
  nextFile: number;
  /** Of the newest frame. */
  sequence: number;
  /** Number that the next batch gets. */
  next: number;
  done: number;
  /** Sequence of the newest frame of batches. */
  closed: number;
  batches: SpooledBatch[];
  /** Lines that are in no batch yet, in order. */
  lines: { kind: BatchKind; bytes: Buffer }[];
  /** What could not be read, in words. */
  damage: string[];
  /** There was no file that could be read. */
  isNew: boolean;
}

/** Reads all files of a spool. A torn end is what a crash leaves behind. */
export function scanSpool(files: FileSystem, folder: string): ScannedSpool {
  const found: ScannedSpool = {
    files: [],
    nextFile: 1,
    sequence: 0,
    next: 1,
    done: 0,
    closed: 0,
    batches: [],
    lines: [],
    damage: [],
    isNew: true,
  };
  for (const name of files.list(folder).filter((one) => /^\d{10}\.spool$/.test(one))) {
    const number = Number.parseInt(name, 10);
    found.nextFile = number + 1;
    const whole = readWholeFile(files, `${folder}/${name}`);
    const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
    const header = readSpoolHeader(bytes);
    const file = { number, bytes: bytes.length, lastBatch: 0, lastLines: 0 };
    found.files.push(file);
    if (typeof header === "string") {
      if (bytes.length >= SPOOL_HEADER_BYTES) found.damage.push(`${folder}/${name}: ${header}`);
      continue;
    }
    found.isNew = false;
    found.next = Math.max(found.next, header.next);
    found.done = Math.max(found.done, header.done);
    scanFrames(bytes, file, found);
  }
  found.batches = found.batches.filter((batch) => batch.number > found.done);
  return found;
}

function scanFrames(bytes: Buffer, file: ScannedSpool["files"][number], found: ScannedSpool): void {
  let at = SPOOL_HEADER_BYTES;
  for (;;) {
    const frame = readSpoolFrame(bytes, at);
    if (frame === null) return;
    const { sequence, kind, payload } = frame;
    at += SPOOL_FRAME_BYTES + payload.length;
    // One that was written again after the disk had failed.
    if (sequence <= found.sequence) continue;
    found.sequence = sequence;
    if (kind === FRAME_DONE) found.done = Math.max(found.done, readDone(payload));
    else if (kind === FRAME_BATCHES) {
      for (const entry of batchEntries(payload)) {
        const place = { file: file.number, at: frame.at + entry.at };
        const { number, lines } = entry;
        found.batches.push({
          number,
          kind: entry.kind,
          lines,
          bytes: entry.bytes,
          place,
          payload: null,
        });
        file.lastBatch = number;
        found.next = Math.max(found.next, number + 1);
      }
      found.lines = [];
      found.closed = sequence;
    } else if (kind === FRAME_ISTAT_LINES || kind === FRAME_CARBON_LINES) {
      const lines = Buffer.from(payload);
      found.lines.push({ kind: kind === FRAME_ISTAT_LINES ? "istat" : "carbon", bytes: lines });
      file.lastLines = sequence;
    }
  }
}
