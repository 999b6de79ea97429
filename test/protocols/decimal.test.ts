import test from "ava";
import fc from "fast-check";
import { readDecimal } from "../../src/protocols/decimal.ts";
import { property } from "../property.ts";

/** The value, or undefined when it is not read in place. */
function read(text: string): number | undefined {
  const bytes = Buffer.from(`${text} `);
  const into = { value: 0.5, decimals: 0 };
  const end = readDecimal(bytes, 0, bytes.length, into);
  return end === text.length ? into.value : undefined;
}

test("a number that is read in place is the double that the whole text means", (t) => {
  const long = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.integer({ min: 0, max: 19 }))
    .map(([digits, decimals]) => {
      const text = String(digits).padStart(decimals + 1, "0");
      return `${text.slice(0, text.length - decimals)}.${text.slice(text.length - decimals)}`;
    });
  const printed = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
  const rounded = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x.toPrecision(17));
  const runs = { numRuns: 3000 };
  property(
    t,
    [fc.oneof(long, printed, rounded)],
    (text) => {
      const value = read(text);
      return value === undefined || Object.is(value, Number(text));
    },
    runs,
  );
});

test("seventeen digits, as doubles are printed, are read in place", (t) => {
  property(t, [fc.double({ min: 1e-3, max: 1e15, noNaN: true })], (value) => {
    return Object.is(read(String(value)), value) && Object.is(read(value.toPrecision(17)), value);
  });
});

test("halves between two doubles are left to others, or rounded to even", (t) => {
  for (const text of ["9007199254740993", "9007199254740995", "4503599627370497.5"]) {
    const value = read(text);
    t.true(value === undefined || value === Number(text), text);
  }
});

test("signs, points, exponents; and what is no number", (t) => {
  t.is(read("+5"), 5);
  t.true(Object.is(read("-0"), -0));
  t.is(read(".5"), 0.5);
  t.is(read("5."), 5);
  t.is(read("1.23457e+08"), 123_457_000);
  t.is(read("1e-7"), 1e-7);
  for (const text of ["", "-", ".", "e5", "1e", "1e+", "abc", "0x10", "1e400", "1_0", "1,5"]) {
    t.is(read(text), undefined, text);
  }
});
