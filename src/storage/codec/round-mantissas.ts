import { wordsOf } from "./words.ts";

/**
 * Rounds values[0..count) to doubles whose mantissa has 15 bits, the nearest ones: off by at most
 * 2^-16, relative. Zero, infinities, NaN and the subnormal numbers, of which 15 bits may be all or
 * nothing, stay as they are.
 *
 * Meant for M2, which is no measurement but a sum of squares: its square root stays right to four
 * digits, and a column of it takes two bytes a value instead of seven.
 */
export function roundMantissas(values: Float64Array, count: number): void {
  const words = wordsOf(values, count);
  for (let i = 0; i < count; i++) {
    const upper = words[2 * i + 1]!;
    const exponent = upper & EXPONENT;
    if (exponent === 0 || exponent === EXPONENT) continue;
    // A carry out of the mantissa makes the exponent one more, which is just what it should do.
    const rounded = (upper + HALF) & KEPT;
    // Nothing finite becomes infinite: then the greatest 15 bits are near enough, by 2^-15.
    words[2 * i + 1] = (rounded & EXPONENT) === EXPONENT ? upper & KEPT : rounded;
    words[2 * i] = 0;
  }
}

/** The upper half of a double holds 20 bits of the mantissa. */
const DROPPED_BITS = 20 - 15;
const EXPONENT = 0x7ff0_0000;
const KEPT = ~((1 << DROPPED_BITS) - 1);
const HALF = 1 << (DROPPED_BITS - 1);
