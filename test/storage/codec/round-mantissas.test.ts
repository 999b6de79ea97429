import test from "ava";
import fc from "fast-check";
import { ByteWriter } from "../../../src/storage/codec/bytes.ts";
import { encodeColumnDense } from "../../../src/storage/codec/column-codec.ts";
import { roundMantissas } from "../../../src/storage/codec/round-mantissas.ts";
import { property } from "../../property.ts";
import { columnOf, randomOf } from "./columns.ts";

const SMALLEST_NORMAL = 2.2250738585072014e-308;

function rounded(value: number): number {
  const values = Float64Array.of(value);
  roundMantissas(values, 1);
  return values[0]!;
}

/** Whether the mantissa is all in its upper 15 bits. */
function isShort(value: number): boolean {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  return (bits.getBigUint64(0) & 0x1f_ffff_ffffn) === 0n;
}

test("a rounded value has 15 bits and is off by no more than 2^-15, usually 2^-16", (t) => {
  property(
    t,
    [fc.double({ noNaN: true })],
    (value) => {
      const result = rounded(value);
      if (!Number.isFinite(value)) return Object.is(result, value);
      if (Math.abs(value) < SMALLEST_NORMAL) return Object.is(result, value);
      const isAtTheEdge = Math.abs(value) > 2 ** 1023 * (2 - 2 ** -15);
      const allowed = isAtTheEdge ? 2 ** -15 : 2 ** -16;
      return isShort(result) && Math.abs(result - value) <= Math.abs(value) * allowed;
    },
    { numRuns: 20_000 },
  );
});

test("rounding twice is rounding once, and order is kept", (t) => {
  property(t, [fc.double({ noNaN: true }), fc.double({ noNaN: true })], (a, b) => {
    const [first, second] = [rounded(a), rounded(b)];
    return Object.is(rounded(first), first) && (a <= b ? first <= second : first >= second);
  });
});

test("zeros, infinities and NaN stay, and nothing finite becomes infinite", (t) => {
  for (const value of [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
    t.is(rounded(value), value);
  }
  t.is(rounded(Number.MAX_VALUE), 2 ** 1023 * (2 - 2 ** -15));
  t.is(rounded(-Number.MAX_VALUE), -(2 ** 1023) * (2 - 2 ** -15));
  t.is(rounded(Number.MIN_VALUE), Number.MIN_VALUE);
});

test("a column of rounded numbers takes less than half", (t) => {
  const values = columnOf("random mantissas", 1, 5000).map(Math.abs);
  const out = new ByteWriter();
  encodeColumnDense(values, values.length, out);
  const exact = out.at;
  roundMantissas(values, values.length);
  out.at = 0;
  encodeColumnDense(values, values.length, out);
  t.true(out.at < exact / 2, `${out.at} of ${exact} bytes`);
});

test("only the first `count` values are touched", (t) => {
  const random = randomOf(1);
  const values = Float64Array.from({ length: 20 }, random);
  const before = values.slice();
  roundMantissas(values, 10);
  t.deepEqual(values.subarray(10), before.subarray(10));
  t.notDeepEqual(values.subarray(0, 10), before.subarray(0, 10));
});
