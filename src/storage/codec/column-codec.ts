import { ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { decodeDecimals, encodeDecimals } from "./decimal-packing.ts";

/**
 * The door to all codecs of a column: the first byte of an encoded column says which one it is
 * (docs/formats/statfile.md lists the numbers). Every bit of every value comes back.
 */

/** Eight bytes a value. */
export const RAW = 0x90;
/** One value that all others repeat. */
export const CONSTANT = 0x91;
/** Decimal integers, bit-packed in miniblocks. */
export const PACKED = 0xa0;

/** Writes mode and payload for values[0..count). */
export type EncodeColumn = (values: Float64Array, count: number, out: ByteWriter) => void;

/** The light way, for young files. */
export function encodeColumn(values: Float64Array, count: number, out: ByteWriter): void {
  out.reserve(16 + count * 9 + (count >> 2));
  if (isConstant(values, count)) {
    out.byte(CONSTANT);
    out.double(values[0] ?? 0);
    return;
  }
  const start = out.at;
  out.byte(PACKED);
  if (encodeDecimals(values, count, out) && out.at - start <= 1 + count * 8) return;
  out.at = start;
  out.byte(RAW);
  for (let i = 0; i < count; i++) out.double(values[i]!);
}

/** Reads the column at [from, to) into out[0..count). @throws StatFileError */
export function decodeColumn(
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Float64Array,
  count: number,
): void {
  const reader = new ByteReader(bytes, from, to);
  const mode = reader.byte();
  switch (mode) {
    case CONSTANT:
      out.fill(reader.double(), 0, count);
      break;
    case RAW:
      for (let i = 0; i < count; i++) out[i] = reader.double();
      break;
    case PACKED:
      decodeDecimals(reader, out, count);
      break;
    default:
      throw new StatFileError(`column mode 0x${mode.toString(16)} is not known to this version`);
  }
  if (reader.at !== to) throw new StatFileError("a column is longer than its values");
}

function isConstant(values: Float64Array, count: number): boolean {
  const first = values[0]!;
  for (let i = 1; i < count; i++) if (!Object.is(values[i], first)) return false;
  return true;
}
