import test from "ava";
import { type CaseStep, type ExpectedRow, parseCaseScript } from "./case-script.ts";

/** 2023-11-15T00:00:00Z. */
const MIDNIGHT = 1_700_006_400;

function script(...lines: string[]): CaseStep[] {
  return parseCaseScript(lines.join("\n"));
}

function rowsOf(step: CaseStep | undefined): ExpectedRow[] {
  if (step === undefined || !("rows" in step.expected)) throw new Error("no rows are expected");
  return step.expected.rows;
}

test("loaded series begin at midnight and the request covers them", (t) => {
  const [step] = script("load 60s", "  a.b  1 _ -2.5", "", "# why", "eval a.b", "  a.b  1 _ -2.5");
  t.deepEqual(step?.series, [
    { name: "a.b", start: MIDNIGHT, step: 60, values: [1, Number.NaN, -2.5] },
  ]);
  t.deepEqual(step?.request, { from: MIDNIGHT - 1, until: MIDNIGHT + 120, now: MIDNIGHT + 120 });
  t.is(step?.target, "a.b");
  t.is(step?.line, 5);
  t.deepEqual(rowsOf(step), [
    { line: 6, name: "a.b", start: MIDNIGHT, step: 60, values: [1, null, -2.5] },
  ]);
});

test("series may begin at another time, on another day, and pile up until clear", (t) => {
  const steps = script(
    "load 10s at 01:00",
    "  a  1",
    "load 60s at 2023-11-14T23:00:00",
    "  b  2",
    "fail x()",
    "  no x",
    "clear",
    "load 60s",
    "  c  3",
    "fail x()",
    "  no x",
  );
  t.deepEqual(
    steps[0]?.series.map(({ name, start }) => [name, start]),
    [
      ["a", MIDNIGHT + 3600],
      ["b", MIDNIGHT - 3600],
    ],
  );
  t.is(steps[0]?.request.from, MIDNIGHT - 3601);
  t.is(steps[0]?.request.until, MIDNIGHT + 3600);
  t.deepEqual(
    steps[1]?.series.map(({ name }) => name),
    ["c"],
  );
});

test("parameters hold until they are changed, emptied or cleared", (t) => {
  const steps = script(
    "load 60s",
    "  a  1 2 3",
    "from 00:00",
    "until 00:01:30",
    "now 2023-11-16T00:00",
    "tz Europe/Berlin",
    "maxDataPoints 2",
    "xFilesFactor 0.5",
    "fail x()",
    "  x",
    "until",
    "tz",
    "fail x()",
    "  x",
  );
  t.deepEqual(steps[0]?.request, {
    from: MIDNIGHT,
    until: MIDNIGHT + 90,
    now: MIDNIGHT + 86_400,
    tz: "Europe/Berlin",
    maxDataPoints: 2,
    xFilesFactor: 0.5,
  });
  t.is(steps[1]?.request.until, MIDNIGHT + 120);
  t.is(steps[1]?.request.tz, undefined);
});

test("the expected rows lie where the loaded series do, or where at says", (t) => {
  const [first, second] = script(
    "load 60s",
    "  a  1..4",
    "from 00:01",
    "eval a",
    "  a  3 4",
    "eval summarize(a, '2min')",
    "  at 00:00 step 120s",
    "  b  ? _",
    "  at 00:00:30 step 10s",
    "  c  1",
  );
  t.deepEqual(
    rowsOf(first).map(({ start, step }) => [start, step]),
    [[MIDNIGHT + 120, 60]],
  );
  t.deepEqual(
    rowsOf(second).map(({ name, start, step, values }) => [name, start, step, values]),
    [
      ["b", MIDNIGHT, 120, ["?", null]],
      ["c", MIDNIGHT + 30, 10, [1]],
    ],
  );
});

test("runs of values may be written shortly", (t) => {
  const [step] = script("load 60s", "  a  7x3 _x2 -1..2 1e3", "fail x()", "  x");
  t.deepEqual(step?.series[0]?.values, [7, 7, 7, NaN, NaN, -1, 0, 1, 2, 1000]);
});

test("a name is what stands before two blanks, or a JSON string", (t) => {
  const [step] = script(
    "load 60s",
    "  a  1",
    "eval a",
    '  summarize(a, "1h", "sum")  1',
    '  ""   2',
    '  "two  blanks \\"quoted\\""   3',
    "  empty",
  );
  t.deepEqual(
    rowsOf(step).map(({ name, values }) => [name, values]),
    [
      ['summarize(a, "1h", "sum")', [1]],
      ["", [2]],
      ['two  blanks "quoted"', [3]],
      ["empty", []],
    ],
  );
});

test("nothing is an answer, and a failure has a message", (t) => {
  const steps = script("load 60s", "  a  1", "eval b", "  nothing", "fail c(", "  unexpected end");
  t.deepEqual(rowsOf(steps[0]), []);
  t.deepEqual(steps[1]?.expected, { message: "unexpected end" });
});

const BROKEN: [string, string[], RegExp][] = [
  ["an unknown keyword", ["loaf 60s"], /line 1: loaf is no keyword/],
  ["an indented line at the beginning", ["  a  1"], /line 1: .* belongs to none/],
  ["rows where none belong", ["from 00:00", "  a  1"], /line 2: from has no rows/],
  ["a step without a unit", ["load 60", "  a  1"], /line 1: 60 is no step/],
  ["a step of nothing", ["load 0s", "  a  1"], /line 1: 0s is no step/],
  ["a start beside the grid", ["load 60s at 00:00:30", "  a  1"], /no multiple of 60s/],
  ["an odd time", ["load 60s at noon", "  a  1"], /noon is no time/],
  ["a value that is none", ["load 60s", "  a  1 two"], /line 2: two is no value/],
  ["any value where it is loaded", ["load 60s", "  a  ?"], /line 2: a loaded value/],
  ["a range downwards", ["load 60s", "  a  3..1"], /3\.\.1 goes down/],
  ["an open quote", ["load 60s", '  "a  1'], /JSON string/],
  ["eval without a target", ["load 60s", "  a  1", "eval"], /line 3: eval needs a target/],
  ["eval without an answer", ["load 60s", "  a  1", "eval a"], /line 3: eval needs the series/],
  ["fail without a message", ["load 60s", "  a  1", "fail a"], /line 3: fail needs one line/],
  ["no range", ["eval a", "  nothing"], /line 1: without series there must be from and until/],
  [
    "rows of several steps without at",
    ["load 60s", "  a  1", "load 10s", "  b  1", "eval a", "  a  1"],
    /line 6: at TIME step STEP must stand before this row/,
  ],
];

for (const [what, lines, message] of BROKEN) {
  test(`a script with ${what} is refused with its line`, (t) => {
    t.throws(() => script(...lines), { message });
  });
}
