import test from "ava";
import { GraphiteError } from "../../src/model/errors.ts";
import {
  evaluateTarget,
  evaluateTargets,
  type Stored,
  shown,
} from "../functions/evaluate-target.ts";

const window = { from: 600, until: 900 };

function stored(name: string, ...values: (number | null)[]): Stored {
  return { name, start: 660, step: 60, values };
}

const list = [stored("a.x", 1, 2, null, 4, 5), stored("a.y", 10, null, 30, 40, 50)];

test("equal calls of templates with other values are other calls", (t) => {
  const results = evaluateTargets(
    ["x", "y"].map((value) => `template(sumSeries(a.$1),"${value}")`),
    list,
    window,
  );
  t.deepEqual(
    results.map(([series]) => series?.name),
    ["sumSeries(a.x)", "sumSeries(a.y)"],
  );
});

test("a stack grows over the series, the calls and the targets of a request", (t) => {
  const results = evaluateTargets(
    ["stacked(a.*)", 'stacked(a.x,"s")', "stacked(a.x)", 'stacked(a.y,stackName="s")'],
    list,
    window,
  );
  t.deepEqual(
    results.map((one) => one.map(shown)),
    [
      [
        [1, 2, null, 4, 5],
        [11, null, 30, 44, 55],
      ],
      [[1, 2, null, 4, 5]],
      [[12, 4, null, 48, 60]],
      [[11, null, 30, 44, 55]],
    ],
  );
  t.deepEqual(
    results.map((one) => one.map(({ name }) => name)),
    [["stacked(a.x)", "stacked(a.y)"], ["a.x"], ["stacked(a.x)"], ["a.y"]],
  );
});

test("a stack that is fetched for two windows is not stacked on itself", (t) => {
  const [moved] = evaluateTarget("movingMax(stacked(a.x),1)", list, window);
  t.deepEqual(shown(moved), [1, 2, null, 4, 5]);
});

test("setXFilesFactor holds from where it stands on, for equal targets too", (t) => {
  const results = evaluateTargets(
    ["sumSeries(a.*)", "setXFilesFactor(a.x,1)", "sumSeries(a.*)", "group(sumSeries(a.*),a.x)"],
    list,
    window,
  );
  t.deepEqual(shown(results[0]![0]), [11, 2, 30, 44, 55]);
  t.deepEqual(shown(results[2]![0]), [11, null, null, 44, 55]);
  t.deepEqual(shown(results[3]![0]), [11, null, null, 44, 55]);
  t.is(results[1]![0]!.tags.xFilesFactor, "1.0");
});

const rising: Stored = {
  name: "a",
  start: 0,
  step: 10,
  values: Array.from({ length: 500 }, (_, i) => i),
};
const hour = { from: 600, until: 4200 };

const stack = (inner: string): string => `timeStack(${inner},"1s",0,366)`;
const ENDLESS = [
  stack(stack(stack("constantLine(1)"))),
  stack(stack(stack("a"))),
  `group(${new Array(5000).fill("a").join(",")})`,
];

for (const target of ENDLESS) {
  test(`${target.slice(0, 60)} does not exhaust the server`, (t) => {
    const before = process.memoryUsage.rss();
    const error = t.throws(() => evaluateTarget(target, [rising], hour, { now: 4200 }));
    t.true(error instanceof GraphiteError);
    t.true(process.memoryUsage.rss() - before < 500e6);
  });
}

test("moving windows around moving windows need a round of fetching each", (t) => {
  const [series] = evaluateTarget(
    "movingMax(movingMax(movingMax(movingMax(a,2),3),4),5)",
    [rising],
    hour,
  );
  t.is(series?.values[0], 61);
});

test("series from nothing share one budget", (t) => {
  const walks = Array.from({ length: 40 }, (_, i) => `time("t${i}",1)`);
  const error = t.throws(() => evaluateTarget(`group(${walks.join(",")})`, [], hour));
  t.is((error as GraphiteError).code, "ERR_LIMIT_DATAPOINTS");
});
