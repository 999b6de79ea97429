import { ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { addUlps, MAX_EXPONENT, scaleDown } from "./decimals.ts";
import { decodeDeflate } from "./deflate.ts";
import { encodeDense } from "./dense.ts";
import { decodeDictionary } from "./dictionary.ts";
import { decodeIntegers } from "./integer-stream.ts";
import { decodeLight, encodeLight } from "./light.ts";
import {
  DECIMAL,
  DEFLATE,
  DICTIONARY,
  EXPONENT_BITS,
  NEAR_DECIMAL,
  SPLIT_WORDS,
  XOR,
} from "./modes.ts";
import { decodeSplitWords } from "./split-words.ts";
import { decodeXor } from "./xor.ts";

/**
 * The door to all codecs of a column: the first byte of an encoded column says which one it is
 * (docs/formats/column-codec.md draws them all). Every bit of every value comes back.
 */

let ulps = new Float64Array(1 << 10);

/** Writes mode and payload for values[0..count). */
export type EncodeColumn = (values: Float64Array, count: number, out: ByteWriter) => void;

/** Quickly: for young files. */
export function encodeColumn(values: Float64Array, count: number, out: ByteWriter): void {
  encodeLight(values, count, out);
}

/** In as few bytes as possible: for merged files. */
export function encodeColumnDense(values: Float64Array, count: number, out: ByteWriter): void {
  encodeDense(values, count, out);
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
    case XOR:
      decodeXor(reader, out, count);
      break;
    case SPLIT_WORDS:
      decodeSplitWords(reader, out, count);
      break;
    case DICTIONARY:
      decodeDictionary(reader, out, count);
      break;
    case DEFLATE:
      decodeDeflate(reader, out, count);
      break;
    default:
      decodeScaled(mode, reader, out, count);
  }
  if (reader.at !== to) throw new StatFileError("a column is longer than its values");
}

/** The modes that hold an exponent, and at last the light ones. */
function decodeScaled(mode: number, reader: ByteReader, out: Float64Array, count: number): void {
  const family = mode & ~EXPONENT_BITS;
  const exponent = mode & EXPONENT_BITS;
  if (exponent > MAX_EXPONENT || (family !== DECIMAL && family !== NEAR_DECIMAL)) {
    decodeLight(mode, reader, out, count);
    return;
  }
  decodeIntegers(reader, out, count);
  scaleDown(out, count, exponent);
  if (family === DECIMAL) return;
  if (ulps.length < count) ulps = new Float64Array(count * 2);
  decodeIntegers(reader, ulps, count);
  addUlps(out, count, ulps);
}
