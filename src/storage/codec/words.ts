import { endianness } from "node:os";

// Columns are read and written in place, whole arrays at a time; swapped bytes would be wrong values.
if (endianness() !== "LE") throw new Error("StatFiles need a little-endian machine");

/**
 * Doubles as pairs of 32-bit words: the low word of value i is at 2i, the high one, with sign and
 * exponent, at 2i + 1.
 */
export function wordsOf(values: Float64Array, count: number): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, count * 2);
}
