import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { decodeDecimals, encodeDecimals } from "./decimal-packing.ts";
import { CONSTANT, PACKED, RAW } from "./modes.ts";

/** Writes mode and payload for values[0..count), quickly: for columns that will be merged soon. */
export function encodeLight(values: Float64Array, count: number, out: ByteWriter): void {
  out.reserve(16 + count * 9 + (count >> 2));
  if (isConstant(values, count)) {
    encodeConstant(values[0] ?? 0, out);
    return;
  }
  const start = out.at;
  out.byte(PACKED);
  if (encodeDecimals(values, count, out) && out.at - start <= 1 + count * 8) return;
  out.at = start;
  encodeRaw(values, count, out);
}

export function encodeConstant(value: number, out: ByteWriter): void {
  out.reserve(9);
  out.byte(CONSTANT);
  out.double(value);
}

export function encodeRaw(values: Float64Array, count: number, out: ByteWriter): void {
  out.reserve(1 + count * 8);
  out.byte(RAW);
  out.append(new Uint8Array(values.buffer, values.byteOffset, count * 8));
}

export function isConstant(values: Float64Array, count: number): boolean {
  const first = values[0]!;
  for (let i = 1; i < count; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

/** Reads the payload of a mode that `encodeLight` writes. @throws StatFileError */
export function decodeLight(
  mode: number,
  reader: ByteReader,
  out: Float64Array,
  count: number,
): void {
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
}
