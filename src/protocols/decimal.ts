const POINT = 46;
const PLUS = 43;
const MINUS = 45;
const LOWER_E = 101;
const UPPER_E = 69;
const MAX_DIGITS = 15;
/** Powers of ten that are exact in a double; one multiplication with them rounds once. */
const MAX_POWER = 22;
const POWERS_OF_TEN = Float64Array.from({ length: MAX_POWER + 1 }, (_, i) => Number(`1e${i}`));

/** Digits of a number that is still read in place: those of 64 bits, or 17 and some zeros in front. */
const MAX_LONG_DIGITS = 24;

/** Where `readDecimal` leaves what it has read. */
export interface Decimal {
  /** The value; the same double that JavaScript's Number makes of the text. */
  value: number;
  /** Digits behind the point; -1 for a number with an exponent, or of more than fifteen digits. */
  decimals: number;
}

/**
 * Reads `[+-]digits[.digits][e[+-]digits]` in place. Returns where it ends, or -1 when what stands
 * at `at` has another shape: more than nineteen digits, no number, too large an exponent, or, once
 * in millions, so near to the middle of two doubles that text has to be made of it.
 */
export function readDecimal(bytes: Uint8Array, at: number, end: number, into: Decimal): number {
  let next = at;
  const sign = bytes[next];
  if (sign === MINUS || sign === PLUS) next++;
  const first = next;
  let mantissa = 0;
  let digit = bytes[next]! - 48;
  while (digit >= 0 && digit <= 9 && next < end) {
    mantissa = mantissa * 10 + digit;
    digit = bytes[++next]! - 48;
  }
  let digits = next - first;
  let decimals = 0;
  if (bytes[next] === POINT) {
    const point = next;
    digit = bytes[++next]! - 48;
    while (digit >= 0 && digit <= 9 && next < end) {
      mantissa = mantissa * 10 + digit;
      digit = bytes[++next]! - 48;
    }
    decimals = next - point - 1;
    digits += decimals;
  }
  if (digits === 0 || digits > MAX_LONG_DIGITS) return -1;
  const numberEnd = next;
  let power = -decimals;
  if (bytes[next] === LOWER_E || bytes[next] === UPPER_E) {
    decimals = -1;
    next++;
    const isNegative = bytes[next] === MINUS;
    if (isNegative || bytes[next] === PLUS) next++;
    const from = next;
    let exponent = 0;
    digit = bytes[next]! - 48;
    while (digit >= 0 && digit <= 9 && next < end && next < from + 4) {
      exponent = exponent * 10 + digit;
      digit = bytes[++next]! - 48;
    }
    if (next === from) return -1;
    power += isNegative ? -exponent : exponent;
  }
  if (power > MAX_POWER || power < -MAX_POWER) return -1;
  let value = mantissa;
  if (digits > MAX_DIGITS) {
    decimals = -1;
    value = readLong(bytes, first, numberEnd, power);
    if (Number.isNaN(value)) return -1;
  } else if (power > 0) value = mantissa * POWERS_OF_TEN[power]!;
  else if (power < 0) value = mantissa / POWERS_OF_TEN[-power]!;
  into.value = sign === MINUS ? -value : value;
  into.decimals = decimals;
  return next;
}

/**
 * The value of digits at [start, end), a point among them left out, times a power of ten: the double
 * next to it. NaN when there are too many digits, or it cannot be told which double that is.
 *
 * Computed with twice a double's precision: the error is 2^-100 of the value, and a sum that would
 * round otherwise with a ten-millionth more of its last part is too near to the middle.
 */
function readLong(bytes: Uint8Array, start: number, end: number, power: number): number {
  let high = 0;
  let low = 0;
  let digits = 0;
  let lowScale = 1;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || (digit === 0 && digits === 0)) continue;
    digits++;
    if (digits <= MAX_DIGITS) high = high * 10 + digit;
    else {
      low = low * 10 + digit;
      lowScale *= 10;
    }
  }
  if (digits > 19) return Number.NaN;
  // The digits as the sum of two doubles.
  let product = high * lowScale;
  const head = product + low;
  const tail = productTail(high, lowScale, product) + (low - (head - product));
  const factor = POWERS_OF_TEN[Math.abs(power)]!;
  let value: number;
  let rest: number;
  if (power >= 0) {
    value = head * factor;
    rest = productTail(head, factor, value) + tail * factor;
  } else {
    value = head / factor;
    product = value * factor;
    rest = (head - product - productTail(value, factor, product) + tail) / factor;
  }
  const sum = value + rest;
  const error = rest - (sum - value);
  return sum + error * 1.0000001 === sum ? sum : Number.NaN;
}

/** What `a * b` is more than the double `product` that it was rounded to. */
function productTail(a: number, b: number, product: number): number {
  const splitA = 134_217_729 * a;
  const highA = splitA - (splitA - a);
  const lowA = a - highA;
  const splitB = 134_217_729 * b;
  const highB = splitB - (splitB - b);
  const lowB = b - highB;
  return highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
}
