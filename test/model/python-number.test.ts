import test from "ava";
import fc from "fast-check";
import { formatFloat, formatGeneral, roundTo } from "../../src/model/python-number.ts";
import { property } from "../property.ts";

const decimals = fc.integer({ min: 0, max: 8 });
const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });

test("rounding goes to the nearest decimal, and again to itself", (t) => {
  property(t, [number, decimals], (value, digits) => {
    const rounded = roundTo(value, digits);
    const unit = 10 ** -digits;
    return (
      Math.abs(rounded - value) <= unit / 2 + Math.abs(value) * Number.EPSILON &&
      roundTo(rounded, digits) === rounded &&
      roundTo(-value, digits) === -rounded
    );
  });
});

test("decimals stay as they are typed", (t) => {
  property(t, [fc.integer({ min: -1e9, max: 1e9 }), decimals], (whole, digits) => {
    const value = Number(`${whole}e-${digits}`);
    return roundTo(value, digits) === value;
  });
});

test("only what is exactly between two decimals goes to the even one", (t) => {
  t.deepEqual(
    [0.125, 0.375, -0.125, 0.625, 1.115].map((value) => roundTo(value, 2)),
    [0.12, 0.38, -0.12, 0.62, 1.11],
  );
  // A little more than half in binary: it was once taken for exactly half.
  t.is(roundTo(30.605, 2), 30.61);
  t.deepEqual(
    [0.5, 1.5, 2.5, -2.5].map((value) => roundTo(value, 0) + 0),
    [0, 2, 2, -2],
  );
  t.deepEqual(
    [15, 25, 26, -15].map((value) => roundTo(value, -1)),
    [20, 20, 30, -20],
  );
});

test("absurd precision leaves a number as it is, or nothing of it", (t) => {
  t.is(roundTo(1.5, 400), 1.5);
  t.is(roundTo(1.5, -400), 0);
  t.is(roundTo(1e300, 5), 1e300);
});

test("numbers read as Python prints them", (t) => {
  t.deepEqual([5, 0.1, 1e16, 1e-5, 1e22, -0].map(formatFloat), [
    "5.0",
    "0.1",
    "1e+16",
    "1e-05",
    "1e+22",
    "-0.0",
  ]);
  t.deepEqual([5, 1e6, 123456.7, 0.00001234567].map(formatGeneral), [
    "5",
    "1e+06",
    "123457",
    "1.23457e-05",
  ]);
});

/** Value, digits, and what round(value, digits) of Python 3.11 makes of them. */
const ROUNDED: readonly [number, number, number][] = [
  [543.7833345, 6, 543.783335],
  [995.4618345, 6, 995.461835],
  [0.125, 2, 0.12],
  [0.375, 2, 0.38],
  [-0.125, 2, -0.12],
  [2.5, 0, 2.0],
  [3.5, 0, 4.0],
  [-2.5, 0, -2.0],
  [2.675, 2, 2.67],
  [1.005, 2, 1.0],
  [0.5, 0, 0.0],
  [1.5, 0, 2.0],
  [1e-7, 6, 0.0],
  [5e-7, 6, 0.0],
  [1.0000005, 6, 1.000001],
  [0.0009765625, 9, 0.000976562],
  [0.0029296875, 9, 0.002929688],
  [1250, -2, 1200],
  [1350, -2, 1400],
  [1251, -2, 1300],
  [123456789.5, 0, 123456790.0],
  [1000000000000000.5, 0, 1000000000000000.0],
  [-4e-7, 6, -0.0],
  [8.5, 0, 8.0],
  [16.25, 1, 16.2],
  [16.75, 1, 16.8],
  [-16.25, 1, -16.2],
];

test("numbers are rounded as Python rounds them: on their binary value, halves to even", (t) => {
  for (const [value, digits, rounded] of ROUNDED) {
    t.is(roundTo(value, digits), rounded, `round(${value}, ${digits})`);
  }
});

test("what is no number, or too large to have decimals, stays as it is", (t) => {
  t.is(roundTo(Number.NaN, 2), Number.NaN);
  t.is(roundTo(Number.POSITIVE_INFINITY, 2), Number.POSITIVE_INFINITY);
  t.is(roundTo(1.5e300, 3), 1.5e300);
});
