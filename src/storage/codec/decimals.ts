import { wordsOf } from "./words.ts";

/** Decimal places that are tried. */
export const MAX_EXPONENT = 14;
export const POWERS = Float64Array.from({ length: MAX_EXPONENT + 1 }, (_, e) => Number(`1e${e}`));

/** How far a value may be from a decimal, in units of its last bit. */
const MAX_ULPS = 1024;
/** Larger integers have so many digits that any double is near one of them. */
const MAX_NEAR_INTEGER = 2 ** 40;
/** Values that are looked at before all are. */
const SAMPLES = 16;

const rounded = new Float64Array(1);
const roundedWords = wordsOf(rounded, 1);

/**
 * Fills integers[0..count) such that every value is exactly integers[i] / 10^e, and returns the
 * smallest such e; -1 when there is none.
 */
export function toDecimals(values: Float64Array, count: number, integers: Float64Array): number {
  const words = wordsOf(values, count);
  let exponent = 0;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  for (let i = 0; i < count; i += step) {
    exponent = exponentOf(values[i]!, exponent);
    if (exponent > MAX_EXPONENT) return -1;
  }
  for (;;) {
    const failed = fillDecimals(values, words, count, exponent, integers);
    if (failed === count) return exponent;
    exponent = exponentOf(values[failed]!, exponent + 1);
    if (exponent > MAX_EXPONENT) return -1;
  }
}

/** The smallest exponent from `exponent` on that makes the value an integer. */
function exponentOf(value: number, exponent: number): number {
  if (Object.is(value, -0)) return MAX_EXPONENT + 1;
  for (let e = exponent; e <= MAX_EXPONENT; e++) {
    const integer = Math.round(value * POWERS[e]!);
    if (integer / POWERS[e]! === value && Math.abs(integer) <= Number.MAX_SAFE_INTEGER) return e;
  }
  return MAX_EXPONENT + 1;
}

/** Returns the place of the first value that is no such decimal. */
function fillDecimals(
  values: Float64Array,
  words: Int32Array,
  count: number,
  exponent: number,
  integers: Float64Array,
): number {
  const scale = POWERS[exponent]!;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    const integer = Math.round(value * scale);
    if (integer / scale !== value) return i;
    if (integer === 0) {
      // Minus zero is no decimal.
      if (words[2 * i + 1] !== 0) return i;
    } else if (!(Math.abs(integer) <= Number.MAX_SAFE_INTEGER)) {
      return i;
    }
    integers[i] = integer;
  }
  return count;
}

/**
 * Like `toDecimals` for values that are a few ulps off: value i is the double integers[i] / 10^e
 * whose bit pattern, as a 64-bit integer, is moved by ulps[i].
 */
export function toNearDecimals(
  values: Float64Array,
  count: number,
  integers: Float64Array,
  ulps: Float64Array,
): number {
  const words = wordsOf(values, count);
  const step = Math.max(1, Math.floor(count / SAMPLES));
  for (let exponent = 0; exponent <= MAX_EXPONENT; exponent++) {
    if (
      fillNearDecimals(values, words, count, step, exponent, integers, ulps) &&
      fillNearDecimals(values, words, count, 1, exponent, integers, ulps)
    ) {
      return exponent;
    }
  }
  return -1;
}

function fillNearDecimals(
  values: Float64Array,
  words: Int32Array,
  count: number,
  step: number,
  exponent: number,
  integers: Float64Array,
  ulps: Float64Array,
): boolean {
  const scale = POWERS[exponent]!;
  for (let i = 0; i < count; i += step) {
    const value = values[i]!;
    const integer = Math.round(value * scale);
    if (!(Math.abs(integer) <= MAX_NEAR_INTEGER)) return false;
    integers[i] = integer;
    ulps[i] = 0;
    if (integer === 0) {
      // Near 0 an ulp says nothing, and minus zero is no decimal.
      if (value !== 0 || words[2 * i + 1] !== 0) return false;
    } else if (integer / scale !== value) {
      rounded[0] = integer / scale;
      const distance = ulpsBetween(words, i);
      if (distance > MAX_ULPS || distance < -MAX_ULPS) return false;
      ulps[i] = distance;
    }
  }
  return true;
}

/** Value i minus `rounded`, as bit patterns. */
function ulpsBetween(words: Int32Array, i: number): number {
  const high = words[2 * i + 1]! - roundedWords[1]!;
  return high * 2 ** 32 + ((words[2 * i]! >>> 0) - (roundedWords[0]! >>> 0));
}

/** Turns integers into what they stand for. */
export function scaleDown(values: Float64Array, count: number, exponent: number): void {
  if (exponent === 0) return;
  const scale = POWERS[exponent]!;
  for (let i = 0; i < count; i++) values[i] = values[i]! / scale;
}

/** Moves the bit pattern of every value by its number of ulps. */
export function addUlps(values: Float64Array, count: number, ulps: Float64Array): void {
  const words = wordsOf(values, count);
  for (let i = 0; i < count; i++) {
    if (ulps[i] === 0) continue;
    const low = (words[2 * i]! >>> 0) + ulps[i]!;
    const carry = Math.floor(low / 2 ** 32);
    words[2 * i] = low - carry * 2 ** 32;
    words[2 * i + 1] = words[2 * i + 1]! + carry;
  }
}
