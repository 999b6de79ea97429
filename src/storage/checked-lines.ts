import { crc32 } from "node:zlib";

const NEWLINE = 0x0a;
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
  /** The last line, when its end is missing: a write that was interrupted, and never happened. */
  isCutOff: boolean;
}

export function* checkedLines(bytes: Uint8Array): Generator<CheckedLine> {
  for (let offset = 0; offset < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, offset);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(offset, end);
    const isCutOff = newline < 0;
    if (line.length > 0) {
      yield { offset, bytes: line, value: isCutOff ? undefined : parse(line), isCutOff };
    }
    offset = end + 1;
  }
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
