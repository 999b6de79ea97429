import type { FileSystem } from "../environment.ts";
import { readFileHeader } from "../wal/file-header.ts";
import { FILE_HEADER_BYTES, FRAME_HAS_STATE, FRAME_HEADER_BYTES } from "../wal/format.ts";
import { type Frame, framesFrom } from "../wal/frames.ts";
import { readWholeFile } from "../wal/scan.ts";
import { messageOf } from "./file-access.ts";
import type { Fault } from "./findings.ts";
import { type LogRecord, visitRecords } from "./log-records.ts";

/** A log file or a catalogue: both are frames of records. */
export interface LogDescription {
  kind: "log" | "catalogue";
  file: string;
  bytes: number;
  /** Null for a catalogue, which has none, and for one that cannot be read. */
  header: { storeId: string; timeline: number; firstLsn: number; continuesLsn: number } | null;
  faults: Fault[];
  frames: FrameDescription[];
  /** Records by kind. */
  records: Partial<Record<LogRecord["kind"], number>>;
}

export interface FrameDescription {
  offset: number;
  /** With its header. */
  bytes: number;
  firstLsn: number;
  records: Partial<Record<LogRecord["kind"], number>>;
  /** Times of the datapoints in it, seconds; null when there are none. */
  oldest: number | null;
  newest: number | null;
  nextSeries: number;
  hasState: boolean;
}

/** What is in a log file or a catalogue; `take` gets every record in order. */
export function describeLog(
  files: FileSystem,
  path: string,
  kind: "log" | "catalogue",
  take: (record: LogRecord) => void = () => {},
): LogDescription {
  const bytes = readWholeFile(files, path);
  const about: LogDescription = {
    kind,
    file: path,
    bytes: bytes.length,
    header: null,
    faults: [],
    frames: [],
    records: {},
  };
  if (kind === "log") readHeader(bytes, about);
  let end = 0;
  for (const piece of framesFrom(bytes, kind === "log" ? FILE_HEADER_BYTES : 0, () => end)) {
    if (piece.kind === "hole") {
      about.faults.push({ offset: piece.at, what: piece.reason });
      continue;
    }
    if (kind === "log") end = piece.firstLsn + piece.records;
    about.frames.push(describeFrame(bytes, piece, about, take));
  }
  return about;
}

function readHeader(bytes: Uint8Array, about: LogDescription): void {
  const header = readFileHeader(bytes);
  if ("reason" in header) {
    about.faults.push({ offset: 0, what: header.reason });
    return;
  }
  const { storeId, timeline, firstLsn, continuesLsn } = header;
  about.header = {
    storeId: Buffer.from(storeId).toString("hex"),
    timeline,
    firstLsn,
    continuesLsn,
  };
}

function describeFrame(
  bytes: Uint8Array,
  frame: Frame,
  about: LogDescription,
  take: (record: LogRecord) => void,
): FrameDescription {
  const found: FrameDescription = {
    offset: frame.at,
    bytes: FRAME_HEADER_BYTES + frame.length,
    firstLsn: frame.firstLsn,
    records: {},
    oldest: null,
    newest: null,
    nextSeries: frame.nextSeries,
    hasState: (frame.flags & FRAME_HAS_STATE) !== 0,
  };
  try {
    visitRecords(bytes, frame, (record) => {
      const { kind } = record;
      found.records[kind] = (found.records[kind] ?? 0) + 1;
      about.records[kind] = (about.records[kind] ?? 0) + 1;
      if (record.kind === "point" || record.kind === "bucket") {
        found.oldest = Math.min(found.oldest ?? record.time, record.time);
        found.newest = Math.max(found.newest ?? record.time, record.time);
      }
      take(record);
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    about.faults.push({ offset: frame.at, what: messageOf(error) });
  }
  return found;
}
