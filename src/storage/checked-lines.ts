import { crc32 } from "node:zlib";

const NEWLINE = 0x0a;
/** A closing brace or bracket: what JSON of an object or a list ends with. */
const JSON_ENDS = [0x7d, 0x5d];
/** Eight hexadecimal digits and a blank. */
const PREFIX_BYTES = 9;

/** JSON as a line of a file with its checksum: `crc JSON`, as the manifest and documents have it. */
export function formatCheckedLine(json: string): Buffer {
  return Buffer.from(`${crc32(json).toString(16).padStart(8, "0")} ${json}\n`);
}

/** A line as it stands in the file. */
export interface CheckedLine {
  offset: number;
  bytes: Uint8Array;
  /** Undefined for a line that does not count. */
  value: unknown;
  /** Of a write that was interrupted: it never happened. */
  isCutOff: boolean;
}

/**
 * The lines of a file. Behind the last good one there may be what an interrupted write has left, even
 * several lines after a power cut; the file does not end as lines end then.
 */
export function* checkedLines(bytes: Uint8Array): Generator<CheckedLine> {
  let bad: CheckedLine[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, offset);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(offset, end);
    if (line.length > 0) {
      const value = newline < 0 ? undefined : parse(line);
      const found = { offset, bytes: line, value, isCutOff: false };
      if (value === undefined) {
        bad.push(found);
      } else {
        yield* bad;
        bad = [];
        yield found;
      }
    }
    offset = end + 1;
  }
  const isCutOff = bytes.at(-1) !== NEWLINE || !JSON_ENDS.includes(bytes.at(-2) ?? 0);
  for (const line of bad) yield { ...line, isCutOff };
}

/** The digits as they are written: a reader takes others for the same number. */
export function isWellWritten(line: Uint8Array): boolean {
  const prefix = Buffer.from(line.subarray(0, PREFIX_BYTES)).toString("latin1");
  return prefix === `${crc32(line.subarray(PREFIX_BYTES)).toString(16).padStart(8, "0")} `;
}

function parse(line: Uint8Array): unknown {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const crc = Number.parseInt(text.toString("latin1", 0, 8), 16);
  if (crc !== crc32(text.subarray(PREFIX_BYTES))) return undefined;
  return JSON.parse(text.toString("utf8", PREFIX_BYTES));
}
