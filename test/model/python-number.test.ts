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
