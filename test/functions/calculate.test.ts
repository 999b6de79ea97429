import test from "ava";
import fc from "fast-check";
import { percentileOf } from "../../src/model/percentile.ts";
import { sortedKnown } from "../../src/model/values.ts";
import { property } from "../property.ts";
import { evaluateTarget, isClose, type Stored, shown } from "./evaluate-target.ts";

const window = { from: 60_000, until: 60_600 };

/** Values by the number of their minute, before the window too. */
function minutes(valueAt: (minute: number) => number | null): Stored {
  return {
    name: "a",
    start: 0,
    step: 60,
    values: Array.from({ length: 1100 }, (_, i) => valueAt(i)),
  };
}

test("the forecast of what never changes is what it is, and nothing is out of its bands", (t) => {
  property(t, [fc.integer({ min: -1000, max: 1000 })], (level) => {
    const flat = minutes(() => level);
    const args = '"10h","1h"';
    const [forecast] = evaluateTarget(`holtWintersForecast(a,${args})`, [flat], window);
    const bands = evaluateTarget(`holtWintersConfidenceBands(a,3,${args})`, [flat], window);
    const [aberration] = evaluateTarget(`holtWintersAberration(a,3,${args})`, [flat], window);
    return (
      forecast!.values.length === 10 &&
      [forecast!, ...bands].every(({ values }) => values.every((value) => isClose(value, level))) &&
      aberration!.values.every((value) => isClose(value, 0))
    );
  });
});

test("a season is learnt: what comes back every hour is foreseen better than it was at first", (t) => {
  const wave = minutes((i) => Math.sin((i / 60) * 2 * Math.PI) * 100);
  const worst = (bootstrap: string): number => {
    const [forecast] = evaluateTarget(`holtWintersForecast(a,"${bootstrap}","1h")`, [wave], window);
    return Math.max(
      ...shown(forecast).map((value, i) => Math.abs(value! - wave.values[1001 + i]!)),
    );
  };
  t.true(worst("2h") > worst("5h") && worst("5h") > worst("16h"));
});

test("the upper band is above the lower one by as much as delta says", (t) => {
  const noisy = minutes((i) => (i * 7919) % 101);
  const widths = [1, 2].map((delta) => {
    const target = `holtWintersConfidenceBands(a,${delta},"5h","1h")`;
    const [lower, upper] = evaluateTarget(target, [noisy], window);
    return shown(upper).map((value, i) => value! - lower!.values[i]!);
  });
  t.true(widths[0]!.every((width, i) => width > 0 && isClose(width * 2, widths[1]![i]!)));
});

test("the area between the bands is theirs, of one series only", (t) => {
  const one = minutes((i) => i % 7);
  const area = evaluateTarget('holtWintersConfidenceArea(a,3,"5h","1h")', [one], window);
  t.deepEqual(
    area.map(({ name, drawing }) => [name, drawing]),
    [
      ["holtWintersConfidenceArea(a)", { stacked: true, invisible: true }],
      ["holtWintersConfidenceArea(a)", { stacked: true }],
    ],
  );
  const two = [one, { ...one, name: "ab" }];
  t.throws(() => evaluateTarget("holtWintersConfidenceArea(a*)", two, window), {
    message: /two series/,
  });
});

test("aberrations belong to their own series even where all have one name", (t) => {
  const list = [minutes((i) => i % 2), { ...minutes((i) => (i % 2) * 1000), name: "ab" }];
  const each = ["a", "ab"].map(
    (name) =>
      evaluateTarget(`holtWintersAberration(${name},0.1,"5h","1h")`, list, window)[0]!.values,
  );
  const both = evaluateTarget('holtWintersAberration(alias(a*,"x"),0.1,"5h","1h")', list, window);
  t.deepEqual(
    both.map(({ values }) => values),
    each,
  );
});

test("the regression of a line is the line", (t) => {
  property(
    t,
    [fc.integer({ min: -100, max: 100 }), fc.integer({ min: -100, max: 100 })],
    (slope, level) => {
      const line = minutes((i) => (i % 3 === 0 ? null : level + slope * i));
      const [drawn] = evaluateTarget("linearRegression(a)", [line], window);
      return drawn!.values.every(
        (value, i) => Math.abs(value - (level + slope * (1001 + i))) < 1e-6,
      );
    },
  );
});

test("a regression may come from another time, and needs two points", (t) => {
  const bent = minutes((i) => (i < 900 ? i : 0));
  const [drawn] = evaluateTarget('linearRegression(a,"48000","53000")', [bent], window);
  t.is(drawn?.name, "linearRegression(a, 48000, 53000)");
  t.true(isClose(drawn!.values[0]!, 1001));
  t.is(evaluateTarget("linearRegression(a)", [minutes(() => null)], window).length, 0);
  const lonely = minutes((i) => (i === 1005 ? 1 : null));
  t.is(evaluateTarget("linearRegression(a)", [lonely], window).length, 0);
  t.throws(() => evaluateTarget('linearRegression(a,"53000","48000")', [bent], window), {
    message: /begin before/,
  });
});

test("percentiles are among the values, grow with n, and end with the greatest", (t) => {
  const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 });
  const percent = fc.double({ min: 0.1, max: 100, noNaN: true });
  property(t, [numbers, percent, percent, fc.boolean()], (list, a, b, interpolate) => {
    const values = sortedKnown(Float64Array.from([Number.NaN, ...list]));
    const [low, high] = [Math.min(a, b), Math.max(a, b)].map((n) =>
      percentileOf(values, n, interpolate),
    );
    return (
      low! <= high! &&
      low! >= Math.min(...list) &&
      (interpolate || list.includes(low!)) &&
      percentileOf(values, 100, interpolate) === Math.max(...list)
    );
  });
  t.is(percentileOf(Float64Array.of(1, 2, 3, 4), 50), 3);
  t.is(percentileOf(Float64Array.of(1, 2, 3, 4), 50, true), 2.5);
  t.is(percentileOf(new Float64Array(), 50), Number.NaN);
});

test("stdev agrees with a moving stddev, but has no data from before the graph", (t) => {
  const noisy = minutes((i) => (i % 4 === 0 ? null : (i * 7919) % 101));
  const [running] = evaluateTarget("stdev(a,5)", [noisy], window);
  const [moving] = evaluateTarget('movingWindow(a,5,"stddev")', [noisy], window);
  t.true(running!.values.subarray(4).every((value, i) => isClose(value, moving!.values[i + 4]!)));
  t.is(running!.values[0], 0);
});

test("a line at an aggregate has three points, or those of its series", (t) => {
  const gappy = minutes((i) => (i % 2 === 0 ? null : i));
  const [line] = evaluateTarget('aggregateLine(a,"max")', [gappy], window);
  t.deepEqual(shown(line), [1009, 1009, 1009]);
  t.is(line?.name, "aggregateLine(a, 1009)");
  t.is(line?.tags.name, "1009.0");
  const [steps] = evaluateTarget('aggregateLine(a,"count",true)', [gappy], window);
  t.deepEqual(shown(steps), new Array(10).fill(5));
  const [none] = evaluateTarget("aggregateLine(a)", [minutes(() => null)], window);
  t.is(none?.name, "aggregateLine(a, None)");
});

test("an exponential mean keeps its memory over gaps and follows faster in short windows", (t) => {
  const gappy = minutes((i) => (i % 3 === 0 ? null : 8));
  const rising = minutes((i) => i);
  const [flat] = evaluateTarget("exponentialMovingAverage(a,4)", [gappy], window);
  t.true(shown(flat).every((value) => value === null || value === 8));
  const at = (size: number): number =>
    evaluateTarget(`exponentialMovingAverage(a,${size})`, [rising], window)[0]!.values.at(-1)!;
  t.true(at(2) > at(10) && at(10) > at(50));
});
