import test from "ava";
import { withLive } from "../../../src/ui/graph/live-data.ts";
import type { GraphData } from "../../../src/ui/graph/load-graph.ts";

const data: GraphData = {
  from: 100,
  until: 140,
  series: [
    {
      name: "a.x",
      target: 0,
      start: 100,
      step: 10,
      values: [1, 2, 3],
      min: [0, 1, 2],
      max: null,
      stddev: null,
      count: [5, 5, 5],
      keptStep: 10,
    },
  ],
};
const live = (start: number, step: number, values: (number | null)[]) => ({
  time: 151,
  until: 150,
  series: [{ target: "a.*", name: "a.x", start, step, values }],
});

test("new points go on where the graph ended, and it moves on with them", (t) => {
  const { from, until, series } = withLive(data, ["a.*"], live(120, 10, [3, 4, null]));
  t.deepEqual([from, until], [110, 150]);
  t.deepEqual(series[0]!.values, [1, 2, 3, 4]);
  t.deepEqual(series[0]!.min, [0, 1, 2, 4]);
  t.deepEqual(series[0]!.count, [5, 5, 5, 1]);
  t.deepEqual(data.series[0]!.values, [1, 2, 3], "what was loaded stays as it was");
});

test("a late point fills its gap", (t) => {
  const { series } = withLive(data, ["a.*"], live(100, 10, [1, 9, 3]));
  t.deepEqual(series[0]!.values, [1, 9, 3]);
});

test("of finer points a bucket gets the mean, but only when it is whole", (t) => {
  const { series } = withLive(data, ["a.*"], live(125, 5, [100, 4, 6, 8]));
  t.deepEqual(series[0]!.values, [1, 2, 3, 5, 8]);
});

test("other series and other targets change nothing", (t) => {
  t.is(withLive(data, ["b.*"], live(120, 10, [9])).series[0], data.series[0]);
});
