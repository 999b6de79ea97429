import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { MAX_EXPONENT, scaleDown, toDecimals } from "./decimals.ts";
import { bitLength } from "./symbols.ts";

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
/** Second differences of integers up to here are exact in doubles. */
const MAX_INTEGER = 2 ** 50;
/** What fits the width and the zigzag varint of a miniblock. */
const MAX_WIDTH = 53;
const MAX_MINIMUM = 2 ** 52 - 1;

let integers = new Float64Array(1 << 10);
let residuals = new Float64Array(1 << 10);

/** False when this packing cannot hold the values; what was written then counts for nothing. */
export function encodeDecimals(values: Float64Array, count: number, out: ByteWriter): boolean {
  if (integers.length < count) integers = new Float64Array(count * 2);
  const exponent = toDecimals(values, count, integers);
  return exponent >= 0 && packDecimals(integers, count, exponent, out);
}

/** The same for integers of which `exponent` digits are decimals. */
export function packDecimals(
  integers: Float64Array,
  count: number,
  exponent: number,
  out: ByteWriter,
): boolean {
  if (!areWithin(integers, count, MAX_INTEGER)) return false;
  if (residuals.length < count) residuals = new Float64Array(count * 2);
  out.reserve(16 + count * 9 + (count >> 2));
  const order = bestOrder(integers, count);
  out.byte(exponent | (order << 4));
  if (order > 0) out.zigzag(integers[0]!);
  if (order > 1) out.zigzag(count > 1 ? integers[1]! - integers[0]! : 0);
  const total = fillResiduals(integers, count, order, residuals);
  for (let from = 0; from < total; from += MINIBLOCK) {
    if (!packMiniblock(residuals, from, Math.min(total, from + MINIBLOCK), out)) return false;
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
  scaleDown(out, count, exponent);
}

function areWithin(integers: Float64Array, count: number, limit: number): boolean {
  for (let i = 0; i < count; i++) if (Math.abs(integers[i]!) > limit) return false;
  return true;
}

/** The order whose residuals take the fewest bits, estimated from all of them. */
function bestOrder(integers: Float64Array, count: number): number {
  if (count < 3) return 0;
  let zeroth = 0;
  let first = 0;
  let second = 0;
  for (let i = 2; i < count; i++) {
    const a = integers[i]!;
    const b = integers[i - 1]!;
    const c = integers[i - 2]!;
    zeroth += bitLength(Math.abs(a - integers[0]!));
    first += bitLength(Math.abs(a - b));
    second += bitLength(Math.abs(a - 2 * b + c));
  }
  if (zeroth <= first && zeroth <= second) return 0;
  return first <= second ? 1 : 2;
}

/** Fills `residuals` and returns their number. */
function fillResiduals(
  integers: Float64Array,
  count: number,
  order: number,
  residuals: Float64Array,
): number {
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
function packMiniblock(
  residuals: Float64Array,
  from: number,
  to: number,
  out: ByteWriter,
): boolean {
  let min = residuals[from]!;
  let max = min;
  for (let i = from + 1; i < to; i++) {
    const value = residuals[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const width = bitLength(max - min);
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
