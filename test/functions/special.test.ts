import test from "ava";
import fc from "fast-check";
import { property } from "../property.ts";
import { evaluateTarget, type Stored, shown } from "./evaluate-target.ts";

const window = { from: 600, until: 900 };

function stored(name: string, ...values: (number | null)[]): Stored {
  return { name, start: 660, step: 60, values };
}

const list = [stored("a.x", 1, 2, null, 4, 5), stored("a.y", 10, null, 30, 40, 50)];

test("events are counted by the second, and there may be none", (t) => {
  const asked: unknown[] = [];
  const events = (tags: readonly string[], asker: { from: number }): number[] => {
    asked.push([tags, asker.from]);
    return [600, 601.5, 601, 899, 900, 5000];
  };
  const [series] = evaluateTarget('events("deploy", "api")', list, window, { events });
  t.is(series?.name, 'events("deploy", "api")');
  t.is(series?.consolidation, "sum");
  t.is(series?.values.length, 300);
  t.deepEqual(shown(series).slice(0, 3), [1, 2, null]);
  t.is(series?.values[299], 1);
  evaluateTarget('events("*")', list, window, { events });
  t.deepEqual(asked, [
    [["deploy", "api"], 600],
    [[], 600],
  ]);
  const [none] = evaluateTarget('events("*")', list, window);
  t.true(none?.values.every((value) => Number.isNaN(value)));
});

test("series of the time follow the clock, from the beginning of the window on", (t) => {
  property(t, [fc.integer({ min: 1, max: 400 })], (step) => {
    const [time] = evaluateTarget(`time("t",${step})`, [], window);
    const [sine] = evaluateTarget(`sinFunction("s",2,${step})`, [], window);
    return (
      time!.values.length === Math.ceil(300 / step) &&
      time!.values.every((value, i) => value === 600 + i * step) &&
      sine!.values.every((value, i) => value === 2 * Math.sin(600 + i * step))
    );
  });
});

test("changed sees changes over gaps, and none at the first value", (t) => {
  const one = [stored("b", null, 1, null, 1, 2, null, 3)];
  const [series] = evaluateTarget("changed(b)", one, { from: 600, until: 1020 });
  t.deepEqual(shown(series), [0, 0, 0, 0, 1, 0, 1]);
});

test("legends show values as they are, or in columns with units", (t) => {
  const big = [stored("b", 1500, 3_000_000, null)];
  const nameOf = (target: string): string => evaluateTarget(target, big, window)[0]!.name;
  t.is(nameOf('legendValue(b,"min","count")'), "b (min: 1500.0) (count: 2)");
  t.is(nameOf('legendValue(b,"max","si")'), "b                   max  3.00M     ");
  t.is(nameOf('legendValue(b,"min","binary")'), "b                   min  1.46Ki    ");
  t.is(nameOf('legendValue(b,"nosuch")'), "b (nosuch: (?))");
  t.is(nameOf('legendValue(b,"nosuch","si")'), "b                   nosuch(?)       ");
  t.is(nameOf('cactiStyle(b,"si","b")'), "b Current:3.00 Mb    Max:3.00 Mb    Min:1.50 kb    ");
  t.is(nameOf('cactiStyle(b,system="sec")'), "b Current:1.16M    Max:1.16M    Min:25.00m    ");
  t.throws(() => nameOf('cactiStyle(b,"nosuch")'), { message: /no system of units/ });
});

test("what pictures need to know stays with the series and changes no value", (t) => {
  const target =
    'color(lineWidth(alpha(dashed(drawAsInfinite(secondYAxis(a.x)),3),0.5),2.5),"red")';
  const [series] = evaluateTarget(target, list, window);
  t.is(series?.name, "dashed(drawAsInfinite(secondYAxis(a.x)), 3)");
  t.deepEqual(series?.drawing, {
    secondYAxis: true,
    drawAsInfinite: true,
    dashed: 3,
    alpha: 0.5,
    lineWidth: 2.5,
    color: "red",
  });
  t.deepEqual(shown(series), list[0]!.values);
});

test("the area between two series is of two series", (t) => {
  const area = evaluateTarget("areaBetween(a.*)", list, window);
  t.deepEqual(
    area.map(({ name, tags }) => [name, tags.name]),
    [
      ["areaBetween(a.*)", "a.y"],
      ["areaBetween(a.*)", "a.y"],
    ],
  );
  t.throws(() => evaluateTarget("areaBetween(a.x)", list, window), { message: /two series/ });
  t.deepEqual(evaluateTarget("areaBetween(nosuch)", list, window), []);
});

test("a vertical line is one bar, within the graph", (t) => {
  const [line] = evaluateTarget('verticalLine("00:12_19700101","noon","blue")', [], window);
  t.deepEqual([line?.name, line?.start, shown(line)], ["noon", 720, [1]]);
  t.deepEqual(line?.drawing, { drawAsInfinite: true, color: "blue" });
  t.throws(() => evaluateTarget('verticalLine("1000")', [], window), { message: /within/ });
});
