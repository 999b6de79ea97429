import test from "ava";
import { roundTo } from "../../src/model/python-number.ts";

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
