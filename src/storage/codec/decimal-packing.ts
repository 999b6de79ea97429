import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";

/**
 * Decimal bit packing. Values that are all k / 10^e for one small e become the integers k; of the
 * integers, their differences and their second differences the narrowest is packed, in miniblocks
 * of 64 that each have a minimum and a bit width.
 *
 *     byte    exponent (0 to 14) | order << 4 (0 values, 1 differences, 2 second differences)
 *     zigzag  the first `order` integers (order 2: the first integer and the first difference)
 *     then per miniblock: byte width, zigzag minimum, packed (residual - minimum), whole bytes
 */
const MINIBLOCK = 64;
const MAX_EXPONENT = 14;
/** Second differences of integers up to here are exact in doubles. */
const MAX_INTEGER = 2 ** 50;
/** What fits the width and the zigzag varint of a miniblock. */
const MAX_WIDTH = 53;
const MAX_MINIMUM = 2 ** 52 - 1;

const POWERS = Float64Array.from({ length: MAX_EXPONENT + 1 }, (_, e) => Number(`1e${e}`));

let integers = new Float64Array(1 << 15);
let residuals = new Float64Array(1 << 15);

/** False when this packing cannot hold the values; what was written then counts for nothing. */
export function encodeDecimals(values: Float64Array, count: number, out: ByteWriter): boolean {
  if (integers.length < count) {
    integers = new Float64Array(count);
    residuals = new Float64Array(count);
  }
  const exponent = toIntegers(values, count);
  if (exponent < 0) return false;
  const order = bestOrder(count);
  out.byte(exponent | (order << 4));
  if (order > 0) out.zigzag(integers[0]!);
  if (order > 1) out.zigzag(count > 1 ? integers[1]! - integers[0]! : 0);
  const total = fillResiduals(count, order);
  for (let from = 0; from < total; from += MINIBLOCK) {
    if (!packMiniblock(from, Math.min(total, from + MINIBLOCK), out)) return false;
  }
  return true;
}

/** @throws StatFileError when the bytes are none that `encodeDecimals` writes */
export function decodeDecimals(reader: ByteReader, out: Float64Array, count: number): void {
  const head = reader.byte();
  const exponent = head & 15;
  const order = head >> 4;
  if (exponent > MAX_EXPONENT || order > 2) throw new StatFileError("a packed column is damaged");
  const first = order > 0 ? reader.zigzag() : 0;
  const slope = order > 1 ? reader.zigzag() : 0;
  if (order > 0 && count > 0) out[0] = first;
  if (order > 1 && count > 1) out[1] = first + slope;
  for (let from = Math.min(order, count); from < count; from += MINIBLOCK) {
    unpackMiniblock(reader, out, from, Math.min(count, from + MINIBLOCK));
  }
  if (order === 1) for (let i = 1; i < count; i++) out[i] = out[i]! + out[i - 1]!;
  if (order === 2) {
    let difference = slope;
    for (let i = 2; i < count; i++) {
      difference += out[i]!;
      out[i] = out[i - 1]! + difference;
    }
  }
  if (exponent > 0) {
    const scale = POWERS[exponent]!;
    for (let i = 0; i < count; i++) out[i] = out[i]! / scale;
  }
}

/** Fills `integers` and returns the exponent, or -1. */
function toIntegers(values: Float64Array, count: number): number {
  let exponent = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    let scaled = Math.round(value * POWERS[exponent]!);
    while (scaled / POWERS[exponent]! !== value) {
      if (++exponent > MAX_EXPONENT) return -1;
      scaled = Math.round(value * POWERS[exponent]!);
    }
    if (!(Math.abs(scaled) <= MAX_INTEGER) || (scaled === 0 && Object.is(value, -0))) return -1;
  }
  const scale = POWERS[exponent]!;
  for (let i = 0; i < count; i++) {
    const scaled = Math.round(values[i]! * scale);
    if (scaled / scale !== values[i] || !(Math.abs(scaled) <= MAX_INTEGER)) return -1;
    integers[i] = scaled === 0 ? 0 : scaled;
  }
  return exponent;
}

function bitWidth(value: number): number {
  return value < 4_294_967_296
    ? 32 - Math.clz32(value)
    : 64 - Math.clz32(Math.floor(value / 4_294_967_296));
}

/** The order whose residuals take the fewest bits, estimated from all of them. */
function bestOrder(count: number): number {
  if (count < 3) return 0;
  let zeroth = 0;
  let first = 0;
  let second = 0;
  for (let i = 2; i < count; i++) {
    const a = integers[i]!;
    const b = integers[i - 1]!;
    const c = integers[i - 2]!;
    zeroth += bitWidth(Math.abs(a - integers[0]!));
    first += bitWidth(Math.abs(a - b));
    second += bitWidth(Math.abs(a - 2 * b + c));
  }
  if (zeroth <= first && zeroth <= second) return 0;
  return first <= second ? 1 : 2;
}

function fillResiduals(count: number, order: number): number {
  if (order === 0) {
    residuals.set(integers.subarray(0, count));
    return count;
  }
  if (order === 1) {
    for (let i = 1; i < count; i++) residuals[i - 1] = integers[i]! - integers[i - 1]!;
    return count - 1;
  }
  for (let i = 2; i < count; i++) {
    residuals[i - 2] = integers[i]! - 2 * integers[i - 1]! + integers[i - 2]!;
  }
  return count - 2;
}

/** False when the miniblock cannot be written. */
function packMiniblock(from: number, to: number, out: ByteWriter): boolean {
  let min = residuals[from]!;
  let max = min;
  for (let i = from + 1; i < to; i++) {
    const value = residuals[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const width = bitWidth(max - min);
  if (width > MAX_WIDTH || min > MAX_MINIMUM) return false;
  out.byte(width);
  out.zigzag(min);
  if (width === 0) return true;
  for (let i = from; i < to; i++) out.bits(residuals[i]! - min, width);
  out.endBits();
  return true;
}

function unpackMiniblock(reader: ByteReader, out: Float64Array, from: number, to: number): void {
  const width = reader.byte();
  if (width > MAX_WIDTH) throw new StatFileError("a packed column is damaged");
  const min = reader.zigzag();
  if (width === 0) {
    out.fill(min, from, to);
    return;
  }
  const { bytes } = reader;
  let at = reader.skip(((to - from) * width + 7) >> 3);
  let held = 0;
  let heldBits = 0;
  if (width <= 24) {
    const mask = (1 << width) - 1;
    for (let i = from; i < to; i++) {
      while (heldBits < width) {
        held |= bytes[at++]! << heldBits;
        heldBits += 8;
      }
      out[i] = min + (held & mask);
      held >>>= width;
      heldBits -= width;
    }
    return;
  }
  for (let i = from; i < to; i++) {
    let value = 0;
    let scale = 1;
    for (let rest = width; rest > 0; ) {
      const take = Math.min(rest, 24);
      while (heldBits < take) {
        held |= bytes[at++]! << heldBits;
        heldBits += 8;
      }
      value += (held & ((1 << take) - 1)) * scale;
      held >>>= take;
      heldBits -= take;
      scale *= 1 << take;
      rest -= take;
    }
    out[i] = min + value;
  }
}
