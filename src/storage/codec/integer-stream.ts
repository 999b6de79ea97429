import { BitReader } from "./bit-reader.ts";
import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { ALL_EQUAL, DIFFERENCES, type IntegerPlan, planIntegers, VALUES } from "./integer-plan.ts";
import { readTokens } from "./token-reader.ts";
import { writeTokens } from "./token-writer.ts";

/**
 * A stream of integers, at least one.
 *
 *     byte    bits 0-1  order: 0 values, 1 differences, 2 second differences, 3 all are equal
 *             bit 2     the first integer is negative
 *             bit 3     a factor follows, else it is 1
 *     varint  magnitude of the first integer; order 3 ends here
 *     varint  factor
 *     zigzag  bias
 *     bits    the residuals of all integers but the first, as tokens (see symbols.ts)
 */
const ORDER = 0x03;
const IS_NEGATIVE = 0x04;
const HAS_FACTOR = 0x08;

const bits = new BitReader();

/** False when the integers cannot be written; nothing is written then. */
export function encodeIntegers(integers: Float64Array, count: number, out: ByteWriter): boolean {
  const plan = planIntegers(integers, count);
  if (plan === null) return false;
  writePlan(plan, count, out);
  return true;
}

/** Writes what `planIntegers` made of `count` integers. */
export function writePlan(plan: IntegerPlan, count: number, out: ByteWriter): void {
  const { order, first, factor, bias } = plan;
  out.reserve(128 + count * 9);
  out.byte(order | (first < 0 ? IS_NEGATIVE : 0) | (factor > 1 ? HAS_FACTOR : 0));
  out.varint(Math.abs(first));
  if (order === ALL_EQUAL) return;
  if (factor > 1) out.varint(factor);
  out.zigzag(bias);
  writeTokens(plan, count - 1, out);
}

/** Reads `count` integers into `out`. @throws StatFileError */
export function decodeIntegers(reader: ByteReader, out: Float64Array, count: number): void {
  if (count === 0) throw new StatFileError("a column has no values");
  const head = reader.byte();
  if (head > (ORDER | IS_NEGATIVE | HAS_FACTOR)) {
    throw new StatFileError("a column has an unknown kind of integers");
  }
  const order = head & ORDER;
  const magnitude = reader.varint();
  const first = (head & IS_NEGATIVE) !== 0 ? -magnitude : magnitude;
  if (order === ALL_EQUAL) {
    out.fill(first, 0, count);
    return;
  }
  const factor = (head & HAS_FACTOR) !== 0 ? reader.varint() : 1;
  const bias = reader.zigzag();
  bits.open(reader);
  out[0] = first;
  if (order === VALUES) {
    readTokens(bits, out, 1, count, bias);
    if (factor !== 1 || first !== 0) place(out, count, first, factor);
  } else if (order === DIFFERENCES) {
    readTokens(bits, out, 1, count, bias);
    sum(out, count, first, factor);
  } else {
    readTokens(bits, out, 1, count, 0);
    sumTwice(out, count, first, factor, bias);
  }
  bits.close(reader);
}

function place(out: Float64Array, count: number, first: number, factor: number): void {
  for (let i = 1; i < count; i++) out[i] = first + factor * out[i]!;
}

function sum(out: Float64Array, count: number, first: number, factor: number): void {
  let distance = 0;
  for (let i = 1; i < count; i++) {
    distance += out[i]!;
    out[i] = first + factor * distance;
  }
}

function sumTwice(
  out: Float64Array,
  count: number,
  first: number,
  factor: number,
  slope: number,
): void {
  let distance = 0;
  let difference = slope;
  for (let i = 1; i < count; i++) {
    difference += out[i]!;
    distance += difference;
    out[i] = first + factor * distance;
  }
}
