import test from "ava";
import fc from "fast-check";
import { movingValues } from "../../src/functions/calculate/sliding.ts";
import { slideRanked, slideSorted } from "../../src/functions/calculate/sliding-median.ts";
import { AGGREGATES } from "../../src/model/aggregate.ts";
import { property } from "../property.ts";
import { evaluateTarget, isClose, shown } from "./evaluate-target.ts";

/** Gaps, repeated values and values of very different size. */
const values = fc
  .array(
    fc.oneof(
      fc.constant(Number.NaN),
      fc.integer({ min: -3, max: 3 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    ),
    { maxLength: 60 },
  )
  .map((list) => Float64Array.from(list));

/** Cuts every window out anew. */
function naive(
  list: Float64Array,
  skipped: number,
  points: number,
  func: string,
  xFilesFactor: number,
): number[] {
  const result: number[] = [];
  for (let i = skipped; i < list.length; i++) {
    const known = list
      .slice(Math.max(0, i + 1 - points), i + 1)
      .filter((value) => !Number.isNaN(value));
    const isEnough = known.length > 0 && known.length / points >= xFilesFactor;
    const name = func === "avg_zero" ? "average" : func;
    result.push(isEnough ? AGGREGATES[name]!(known, 0, known.length) : Number.NaN);
  }
  return result;
}

for (const func of Object.keys(AGGREGATES)) {
  test(`a window of ${func} that moves along is the same as one that is cut out anew`, (t) => {
    property(
      t,
      [values, fc.nat(70), fc.integer({ min: 1, max: 70 }), fc.constantFrom(0, 0.3, 1)],
      (list, skipped, points, xFilesFactor) => {
        // Products of millions overflow in another order.
        const small = func === "multiply" ? list.map((value) => value % 10) : list;
        const moved = movingValues(small, skipped, points, func, xFilesFactor);
        const expected = naive(small, skipped, points, func, xFilesFactor);
        const scale = func === "sum" || func === "total" || func === "diff" ? 1e6 : 1;
        return (
          moved.length === expected.length &&
          expected.every((value, i) => isClose(moved[i]! / scale, value / scale))
        );
      },
    );
  });
}

test("sums and means of up to sixty points are the same to the last bit", (t) => {
  property(
    t,
    [values, fc.nat(70), fc.integer({ min: 1, max: 60 }), fc.constantFrom("sum", "average")],
    (list, skipped, points, func) => {
      const moved = movingValues(list, skipped, points, func, 0);
      return naive(list, skipped, points, func, 0).every((value, i) =>
        Object.is(value + 0, moved[i]! + 0),
      );
    },
  );
});

test("the medians of short and of long windows are counted alike", (t) => {
  property(t, [values, fc.nat(70), fc.integer({ min: 1, max: 70 })], (list, skipped, points) => {
    const length = Math.max(0, list.length - skipped);
    const sorted = new Float64Array(length).fill(Number.NaN);
    const ranked = new Float64Array(length).fill(Number.NaN);
    slideSorted(list, skipped, points, sorted);
    slideRanked(list, skipped, points, ranked);
    return sorted.every((value, i) => Object.is(value + 0, ranked[i]! + 0));
  });
});

test("a median among values that jump is right where much of the window must move", (t) => {
  const list = Float64Array.from({ length: 2000 }, (_, i) => (i * 7919) % 1009);
  const moved = movingValues(list, 0, 300, "median", 0);
  t.deepEqual([...moved], naive(list, 0, 300, "median", 0));
});

test("the mean of a flat stretch after a huge value is exact", (t) => {
  const list = Float64Array.from({ length: 40 }, (_, i) => (i === 5 ? 1e17 : 0.1));
  const moved = movingValues(list, 20, 10, "average", 0);
  t.true(moved.every((value) => Math.abs(value - 0.1) < 1e-15));
});

const window = { from: 6000, until: 6600 };
const rising = (oldest?: number) => ({
  name: "a",
  start: 0,
  step: 60,
  values: Array.from({ length: 200 }, (_, i) => i),
  ...(oldest === undefined ? {} : { oldest }),
});

test("the first point of the graph has a whole window behind it", (t) => {
  const [series] = evaluateTarget("movingAverage(a,5)", [rising()], window);
  t.is(series?.start, 6060);
  t.deepEqual(shown(series).slice(0, 2), [99, 100]);
  const [span] = evaluateTarget('movingSum(a,"3min")', [rising()], window);
  t.is(span?.start, 6060);
  t.deepEqual(shown(span).slice(0, 2), [99 + 100 + 101, 100 + 101 + 102]);
});

test("where storage does not reach back, the graph begins where it should all the same", (t) => {
  const [series] = evaluateTarget("movingSum(a,5)", [rising(5939)], window);
  t.is(series?.start, 6060);
  t.is(series?.values.length, 10);
  t.deepEqual(shown(series).slice(0, 4), [
    99 + 100 + 101,
    99 + 100 + 101 + 102,
    99 + 100 + 101 + 102 + 103,
    100 + 101 + 102 + 103 + 104,
  ]);
  const [strict] = evaluateTarget("movingSum(a,5,1)", [rising(5939)], window);
  t.deepEqual(shown(strict).slice(0, 3), [null, null, 99 + 100 + 101 + 102 + 103]);
});

test("functions before a moving one are not lost, piped or not", (t) => {
  const expected = shown(evaluateTarget("movingMax(scale(a,2),3)", [rising()], window)[0]);
  for (const target of ["a|scale(2)|movingMax(3)", "movingMax(a|scale(2),3)"]) {
    t.deepEqual(shown(evaluateTarget(target, [rising()], window)[0]), expected);
  }
  t.is(expected[0], 202);
});
