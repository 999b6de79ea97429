import { BitReader, peek32 } from "./bit-reader.ts";
import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { decodeIntegers, encodeIntegers } from "./integer-stream.ts";
import { wordsOf } from "./words.ts";

/**
 * Doubles cut in two: the upper halves, which hold sign, exponent and 20 bits of the mantissa, are
 * integers that lie close together; the lower halves are noise, or zero from some bit on (numbers
 * that were once float32, or rounded to a few bits).
 *
 *     byte      bits kept of each lower half, 0 to 32: all above the zeros that end every one
 *     integers  the upper halves, each turned left by one bit, which makes the sign the lowest bit
 *     bits      the kept bits of the lower halves
 */
let uppers = new Float64Array(1 << 10);
const bits = new BitReader();

export function encodeSplitWords(values: Float64Array, count: number, out: ByteWriter): boolean {
  if (uppers.length < count) uppers = new Float64Array(count * 2);
  const words = wordsOf(values, count);
  let used = 0;
  for (let i = 0; i < count; i++) {
    used |= words[2 * i]!;
    const upper = words[2 * i + 1]!;
    uppers[i] = ((upper << 1) | (upper >>> 31)) >>> 0;
  }
  const zeros = used === 0 ? 32 : 31 - Math.clz32(used & -used);
  const kept = 32 - zeros;
  out.byte(kept);
  encodeIntegers(uppers, count, out);
  out.reserve(count * 4 + 8);
  if (kept > 0) for (let i = 0; i < count; i++) out.bits(words[2 * i]! >>> zeros, kept);
  out.endBits();
  return true;
}

/** @throws StatFileError */
export function decodeSplitWords(reader: ByteReader, out: Float64Array, count: number): void {
  const kept = reader.byte();
  if (kept > 32) throw new StatFileError("a column keeps too many bits");
  // The upper halves go where the values will be: each word is overwritten only by its own value.
  decodeIntegers(reader, out, count);
  bits.open(reader);
  if (bits.end < kept * count) throw new StatFileError("a column is cut off");
  join(out, count, kept);
  bits.close(reader);
}

function join(out: Float64Array, count: number, kept: number): void {
  const { view } = bits;
  const words = wordsOf(out, count);
  const zeros = 32 - kept;
  let { at } = bits;
  for (let i = 0; i < count; i++) {
    const turned = out[i]! | 0;
    words[2 * i + 1] = (turned >>> 1) | (turned << 31);
    words[2 * i] = kept === 0 ? 0 : peek32(view, at) << zeros;
    at += kept;
  }
  bits.at = at;
}
