import test from "ava";
import fc from "fast-check";
import { formatFixed, formatPercent } from "../../src/model/python-format.ts";
import { formatGeneral } from "../../src/model/python-number.ts";
import { property } from "../property.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

// What Python 3.11 prints.
const PRINTED: readonly [template: string, value: number, text: string][] = [
  ["%d", -3.7, "-3"],
  ["%d", -0.5, "0"],
  ["%d", 1e21, "1000000000000000000000"],
  ["%.3d", 5, "005"],
  ["%i|%%", 5, "5|%"],
  ["%+d", 7.9, "+7"],
  ["% d", 7.9, " 7"],
  ["%010d", -12.5, "-000000012"],
  ["%f", 0.1, "0.100000"],
  ["%.2f", 0.125, "0.12"],
  ["%.2f", 0.375, "0.38"],
  ["%.2f", 9.995, "9.99"],
  ["%.2f", 1e22, "10000000000000000000000.00"],
  ["%.0f", 2.5, "2"],
  ["%.0f", -0.5, "-0"],
  ["%#.0f", 1.5, "2."],
  ["%08.2f", -3.139, "-0003.14"],
  ["%-8.2f|", 3.139, "3.14    |"],
  ["%e", 123_456.789, "1.234568e+05"],
  ["%.0e", 9.995, "1e+01"],
  ["%E", 5e-324, "4.940656E-324"],
  ["%g", 999_999.5, "1e+06"],
  ["%.3g", 99_999.95, "1e+05"],
  ["%#g", 123_456.789, "123457."],
  ["%G", 1e-5, "1E-05"],
  ["%s", 57, "57.0"],
  ["%.2s", 57.25, "57"],
  ["%r", 1e16, "1e+16"],
  ["%06s", 1.5, "   1.5"],
  ["%f", Number.POSITIVE_INFINITY, "inf"],
  ["%G", Number.NEGATIVE_INFINITY, "-INF"],
];

test("a float is printed as Python prints it", (t) => {
  for (const [template, value, text] of PRINTED)
    t.is(formatPercent(template, value), text, template);
});

test("enough digits read back as the same number", (t) => {
  property(
    t,
    [finite],
    (value) =>
      Number(formatPercent("%.16e", value)) === value &&
      Number(formatPercent("%.17g", value)) === value,
  );
});

test("%s reads back, and names show what %g does", (t) => {
  property(t, [finite], (value) => Number(formatPercent("%s", value)) === value);
  t.is(formatGeneral(961_442_500), "9.61442e+08");
  t.is(formatGeneral(-0.00012345678), "-0.000123457");
  t.is(formatGeneral(1_234_567), "1.23457e+06");
});

test("fixed decimals are at most half a place away, and halves go to even", (t) => {
  property(
    t,
    [fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.nat({ max: 6 })],
    (value, decimals) => {
      const text = formatFixed(value, decimals);
      return (
        (text.split(".")[1] ?? "").length === decimals &&
        Math.abs(Number(text) - value) <= 0.5 * 10 ** -decimals + Math.abs(value) * 1e-15
      );
    },
  );
  property(t, [fc.integer({ min: -1000, max: 1000 })], (n) => {
    const even = Number(formatFixed(n + 0.5, 0));
    return Math.abs(even) % 2 === 0;
  });
});

test("anything but one place for one number is refused", (t) => {
  for (const template of [
    "",
    "fixed",
    "%%",
    "%d %d",
    "%x",
    "%c",
    "%(a)s",
    "%*d",
    "100%",
    "%q",
    "%5000d",
  ]) {
    t.throws(() => formatPercent(template, 1), { code: "ERR_ARGUMENT" }, template);
  }
  t.throws(() => formatPercent("%d", Number.POSITIVE_INFINITY), { code: "ERR_ARGUMENT" });
});
