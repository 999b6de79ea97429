import test from "ava";
import fc from "fast-check";
import { drawnOf } from "../../../src/ui/graph/columns.ts";
import { formatOptions, NO_OPTIONS, parseOptions } from "../../../src/ui/graph/options.ts";
import { figuresOf, type GraphSeries, valueAt } from "../../../src/ui/graph/series.ts";
import { UNITS, valueText } from "../../../src/ui/graph/units.ts";
import { property } from "../../property.ts";

const GAPS = { nulls: "gap", isLog: false } as const;
const none = new Set<string>();

function series(part: Partial<GraphSeries>): GraphSeries {
  return {
    name: "a",
    target: 0,
    start: 100,
    step: 10,
    values: [1, null, 3],
    min: null,
    max: null,
    stddev: null,
    count: null,
    keptStep: null,
    ...part,
  };
}

test("series of one grid share its times, and a gap stays a gap", (t) => {
  const later = series({ name: "b", start: 110, values: [5, 6, 7] });
  const { times, lines } = drawnOf([series({}), later], "line", none, GAPS);
  t.deepEqual(times, [100, 110, 120, 130]);
  t.deepEqual(lines[0]!.line, [1, null, 3, null]);
  t.deepEqual(lines[1]!.line, [null, 5, 6, 7]);
});

test("a coarse series knows nothing of the times of a fine one, which is no gap", (t) => {
  const coarse = series({ step: 20, values: [4, 8] });
  const { times, lines } = drawnOf([series({}), coarse], "line", none, GAPS);
  t.deepEqual(times, [100, 110, 120]);
  t.deepEqual(lines[1]!.line, [4, undefined, 8]);
});

test("every value is drawn once, at its time", (t) => {
  const grid = fc.record({
    start: fc.integer({ min: 0, max: 50 }),
    step: fc.integer({ min: 1, max: 12 }),
    values: fc.array(fc.option(fc.integer()), { maxLength: 20 }),
  });
  property(t, [fc.array(grid, { maxLength: 4 })], (grids) => {
    const all = grids.map((one, i) => series({ name: String(i), ...one }));
    const { times, lines } = drawnOf(all, "line", none, GAPS);
    return all.every(({ start, step, values }, i) => {
      const byTime = new Map(times.map((time, at) => [time, lines[i]!.line[at]]));
      return values.every((value, at) => Object.is(byTime.get(start + at * step), value));
    });
  });
});

test("stacked series stand on one another, over gaps too, without those that are hidden", (t) => {
  const all = ["a", "b", "c"].map((name) => series({ name }));
  const { lines } = drawnOf(all, "stacked", new Set(["b"]), GAPS);
  t.deepEqual(
    lines.map(({ series: index, line }) => [index, line]),
    [
      [0, [1, 0, 3]],
      [2, [2, 0, 6]],
    ],
  );
  t.is(lines[1]!.lower, lines[0]!.line);
});

test("a band reaches from minimum to maximum, a deviation to both sides of the mean", (t) => {
  const one = series({ min: [0, null, 2], max: [9, null, 8], stddev: [2, null, 1] });
  const [band] = drawnOf([one], "band", none, GAPS).lines;
  t.deepEqual(
    [band!.lower, band!.upper],
    [
      [0, null, 2],
      [9, null, 8],
    ],
  );
  const [deviation] = drawnOf([one], "deviation", none, GAPS).lines;
  t.deepEqual(
    [deviation!.lower, deviation!.upper],
    [
      [-1, null, 2],
      [3, null, 4],
    ],
  );
});

test("zeros and less have no place on a logarithmic axis", (t) => {
  const one = series({ values: [0, -1, 5] });
  const { lines } = drawnOf([one], "line", none, { nulls: "gap", isLog: true });
  t.deepEqual(lines[0]!.line, [null, null, 5]);
});

test("the mean of a series is that of its samples", (t) => {
  const one = series({
    values: [1, null, 4],
    count: [3, 0, 1],
    min: [0, null, 4],
    max: [2, null, 4],
  });
  t.deepEqual(figuresOf(one), { last: 4, min: 0, mean: 7 / 4, max: 4, sum: 7 });
  t.deepEqual(figuresOf(series({ values: [null] })), {
    last: null,
    min: null,
    mean: null,
    max: null,
    sum: null,
  });
  t.is(valueAt(one, one.values, 129), 4);
  t.is(valueAt(one, one.values, 119), null);
  t.is(valueAt(one, one.values, 1000), null);
});

test("values are said with their unit", (t) => {
  const said = (unit: (typeof UNITS)[number], ...values: number[]): string[] =>
    values.map((value) => valueText(value, unit));
  t.deepEqual(said("si", 0, 12_345, 999.99, 1e6, 0.25, 2e-6), [
    "0",
    "12.35 k",
    "1 k",
    "1 M",
    "0.25",
    "2 µ",
  ]);
  t.deepEqual(said("bytes", 512, 1536, 2 ** 31), ["512 B", "1.5 KiB", "2 GiB"]);
  t.deepEqual(said("seconds", 0.25, 2.5, 90, 7200), ["250 ms", "2.5 s", "1.5 min", "2 h"]);
  t.deepEqual(said("ms", 250, 2500), ["250 ms", "2.5 s"]);
  t.deepEqual([valueText(97.125, "percent"), valueText(0.5, "fraction")], ["97.13 %", "50 %"]);
  t.is(valueText(1_234_567.5, "none"), "1234567.5");
  t.is(valueText(null, "si"), "–");
  t.is(valueText(-2048, "bytes"), "−2 KiB");
});

test("options are read as they are written, and others passed over", (t) => {
  const number = fc.option(fc.integer({ min: -1000, max: 1000 }));
  const options = fc.record({
    isLog: fc.boolean(),
    unit: fc.constantFrom(...UNITS),
    nulls: fc.constantFrom("gap" as const, "join" as const, "zero" as const),
    right: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
    warn: number,
    crit: number,
    min: number,
    max: number,
    events: fc.option(fc.stringMatching(/^\w{0,5}$/)),
  });
  property(t, [options], (one) => {
    const read = parseOptions(formatOptions(one));
    return Object.entries(one).every(
      ([name, value]) => JSON.stringify(read[name as keyof typeof read]) === JSON.stringify(value),
    );
  });
  t.deepEqual(
    parseOptions(["nosuch", "unit=cows", "nulls=x", "right=a+0", "warn=", "min=x"]),
    NO_OPTIONS,
  );
});
