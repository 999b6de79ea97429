import { spawnSync } from "node:child_process";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { Parser } from "pickleparser";
import type { TimeSeries } from "../../src/model/time-series.ts";
import { ByteWriter } from "../../src/render/formats/byte-writer.ts";
import { FORMATS, type FormatName } from "../../src/render/formats/index.ts";
import { LocalTimes } from "../../src/render/formats/local-times.ts";
import { prettyJson } from "../../src/render/formats/pretty-json.ts";
import { property } from "../property.ts";
import { decodeMsgpack } from "./msgpack.ts";

const START = 1_700_013_660;

function series(name: string, values: readonly number[], changes: Partial<TimeSeries> = {}) {
  const { start = START, step = 60 } = changes;
  return {
    name,
    pathExpression: name,
    start,
    end: start + values.length * step,
    step,
    values: Float64Array.from(values),
    consolidation: "average",
    xFilesFactor: null,
    tags: { name },
    ...changes,
  };
}

function written(format: FormatName, list: readonly TimeSeries[], timeZone = "UTC"): Buffer {
  const options = { noNullPoints: false, timeZone, xFilesFactor: 0.5 };
  return Buffer.from(FORMATS[format].write(list, options));
}

/** Names that need care somewhere, and long ones. */
const anyName = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom('a,"b"\r\nc', "\\", "x".repeat(40), "ä".repeat(300), "x".repeat(70_000)),
);
/** Doubles of all kinds, with the ones that are printed in other ways. */
const anyValue = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer().map((cents) => cents / 100),
  fc.constantFrom(0, -0, 1e15, 1e16, 1e21, 1e-4, 1e-5, 1e-7, Infinity, -Infinity, NaN),
);
const anySeries = fc
  .tuple(anyName, fc.array(anyValue, { maxLength: 40 }), fc.integer(), fc.integer({ min: 1 }))
  .map(([name, values, start, step]) => series(name, values, { start, step }));
const anyList = fc.array(anySeries, { maxLength: 20 });

/** What a cluster peer reads, as plain values. */
function peerRecords(list: readonly TimeSeries[]): unknown {
  return list.map((one) => ({
    name: one.name,
    pathExpression: one.pathExpression,
    start: one.start,
    end: one.end,
    step: one.step,
    values: [...one.values].map((value) => (Number.isNaN(value) ? null : value)),
    consolidationFunc: one.consolidation,
    valuesPerPoint: 1,
    xFilesFactor: one.xFilesFactor ?? 0.5,
  }));
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === "number" || typeof b === "number") return Object.is(a, b);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => isSame(one, b[i]));
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key)))
    );
  }
  return a === b;
}

test("JSON says every finite number to the last digit, and null for all others", (t) => {
  property(t, [anyList], (list) => {
    const got = JSON.parse(written("json", list).toString()) as {
      target: string;
      datapoints: [number | null, number][];
    }[];
    return got.every(({ target, datapoints }, i) => {
      const { name, values, start, step } = list[i]!;
      return (
        target === name &&
        datapoints.length === values.length &&
        datapoints.every(([value, time], j) => {
          const expected = Number.isFinite(values[j]!) ? values[j]! : null;
          return time === start + j * step && value === expected;
        })
      );
    });
  });
});

test("what is written as a pickle or as MessagePack is read back", (t) => {
  property(t, [anyList], (list) =>
    isSame(decodeMsgpack(written("msgpack", list)), peerRecords(list)),
  );
  property(t, [anyList], (list) =>
    isSame(new Parser().parse(written("pickle", list)), peerRecords(list)),
  );
});

test("times beyond 32 bits and fractions of seconds are read back, too", (t) => {
  const list = [series("a", [1], { start: 2 ** 40, step: 0.25 }), series("b", [], { start: -5 })];
  t.true(isSame(decodeMsgpack(written("msgpack", list)), peerRecords(list)));
  t.true(isSame(new Parser().parse(written("pickle", list)), peerRecords(list)));
});

const PYTHON = `
import csv, io, json, pickle, struct, sys
class Plain(pickle.Unpickler):
    def find_class(self, module, name):
        raise pickle.UnpicklingError('no globals')
def part():
    return sys.stdin.buffer.read(struct.unpack('>I', sys.stdin.buffer.read(4))[0])
def plain(x):
    if isinstance(x, float): return ['float', repr(x)]
    if isinstance(x, list): return [plain(y) for y in x]
    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
    return x
records = Plain(io.BytesIO(part())).load()
raw = part().decode()
rows = list(csv.reader(io.StringIO(part().decode(), newline='')))
reprs = [line.rsplit('|', 1)[1] == ','.join(repr(v) for v in r['values']) for line, r in zip(raw.split('\\n'), records)]
json.dump([plain(records), reprs, rows], sys.stdout)
`;

function askPython(t: ExecutionContext, parts: readonly Buffer[]): unknown[] | null {
  const input = Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
  const { error, status, stdout, stderr } = spawnSync("python3", ["-c", PYTHON], { input });
  if (error !== undefined) {
    t.log("skipped: there is no python3");
    t.pass();
    return null;
  }
  t.is(status, 0, stderr.toString());
  return JSON.parse(stdout.toString()) as unknown[];
}

test("Python itself reads the pickle without a class, the csv, and prints the numbers of raw alike", (t) => {
  const values = [
    0,
    -0,
    5,
    31.638,
    0.1 + 0.2,
    123456789.123,
    1e15,
    1e16,
    1.5e300,
    1e-4,
    1.25e-5,
    5e-324,
    -2.5,
    Infinity,
    -Infinity,
    NaN,
    ...fc.sample(fc.double({ noNaN: true }), { numRuns: 300, seed: 7 }),
  ];
  const list = [series("servers.a", values), series('q,"x" ä\\', [1, NaN], { xFilesFactor: 0 })];
  const parts = [written("pickle", list), written("raw", list), written("csv", list)];
  const answer = askPython(t, parts);
  if (answer === null) return;
  const [records, reprs, rows] = answer as [
    { name: string; start: number; values: unknown[]; xFilesFactor: unknown }[],
    boolean[],
    string[][],
  ];
  t.deepEqual(reprs, [true, true]);
  t.is(records[1]!.name, 'q,"x" ä\\');
  t.is(records[0]!.start, START);
  t.deepEqual(records[1]!.values, [["float", "1.0"], null]);
  t.deepEqual(records[1]!.xFilesFactor, ["float", "0.0"]);
  t.is(rows.length, values.length + 2);
  t.deepEqual(rows.at(-1), ['q,"x" ä\\', "2023-11-15 02:02:00", ""]);
});

test("csv shows the clocks of the request's zone, also on the day they are changed", (t) => {
  const list = [series("a", [1, 2, 3], { start: 1_699_163_940, step: 3600 })];
  t.is(
    written("csv", list, "America/New_York").toString(),
    "a,2023-11-05 01:59:00,1.0\r\na,2023-11-05 01:59:00,2.0\r\na,2023-11-05 02:59:00,3.0\r\n",
  );
  for (const zone of ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]) {
    const times = new LocalTimes(zone);
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    property(t, [fc.integer({ min: 0, max: 4_000_000_000 })], (time) => {
      return times.textOf(time) === format.format(time * 1000);
    });
  }
});

test("dygraph gives every value the row of its time, whatever the steps of the others", (t) => {
  const list = [
    series("hours", [1, 2], { start: 3600, step: 3600 }),
    series("odd", [5, NaN, Infinity], { start: 3600, step: 1800 }),
    series("late", [-Infinity], { start: 9000 }),
  ];
  t.is(
    written("dygraph", list).toString(),
    '{"labels" : ["Time","hours","odd","late"], "data" : [[3600000, 1, 5, null], [5400000, null, null, null], [7200000, 2, Infinity, null], [9000000, null, null, -Infinity]]}',
  );
  t.is(written("dygraph", []).toString(), "{}");
});

test("dygraph loses no value and makes none up", (t) => {
  const grid = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 7 }), fc.nat(12))
    .map(([start, step, length]) =>
      series(
        "a",
        Array.from({ length }, (_, i) => start * 1000 + i),
        { start, step },
      ),
    );
  property(t, [fc.array(grid, { minLength: 1, maxLength: 5 })], (list) => {
    const { data } = JSON.parse(written("dygraph", list).toString()) as {
      data: (number | null)[][];
    };
    const rows = new Map(data.map(([time, ...values]) => [time, values]));
    const times = data.map(([time]) => time!);
    const known = data.flatMap(([, ...values]) => values.filter((value) => value !== null));
    return (
      times.every((time, i) => i === 0 || time > times[i - 1]!) &&
      known.length === list.reduce((sum, one) => sum + one.values.length, 0) &&
      list.every(({ start, step, values }, i) =>
        values.every((value, j) => rows.get((start + j * step) * 1000)?.[i] === value),
      )
    );
  });
});

test("pretty JSON is what Python makes of it, and nothing else changes", (t) => {
  property(t, [fc.jsonValue()], (value) => {
    const pretty = Buffer.from(prettyJson(Buffer.from(JSON.stringify(value)))).toString();
    return pretty === JSON.stringify(value, null, 2);
  });
  const list = [series('a "b" \\', [1, NaN])];
  t.is(
    Buffer.from(prettyJson(written("dygraph", list))).toString(),
    JSON.stringify(JSON.parse(written("dygraph", list).toString()), null, 2),
  );
});

test("what a browser reads is ASCII, whatever the names are", (t) => {
  const name = "ä \u2028 😀";
  for (const format of ["json", "rickshaw", "dygraph"] as const) {
    const text = written(format, [series(name, [1])]).toString();
    t.regex(text, /^[\x20-\x7e]*$/, format);
    t.true(JSON.stringify(JSON.parse(text)).includes(JSON.stringify(name)), format);
  }
});

test("noNullPoints leaves out gaps, and series of nothing else", (t) => {
  const list = [series("gaps", [NaN, NaN]), series("some", [NaN, 2, Infinity])];
  const body = FORMATS.json.write(list, { noNullPoints: true, timeZone: "UTC", xFilesFactor: 0 });
  t.is(
    Buffer.from(body).toString(),
    `[{"target":"some","tags":{"name":"some"},"datapoints":[[2,${START + 60}]]}]`,
  );
});

test("an answer that grows beyond its limit ends with a word on what to do", (t) => {
  const out = new ByteWriter(1000, 100_000);
  const error = t.throws(() => {
    for (let i = 0; i < 200; i++) out.text("x".repeat(1000));
  });
  t.regex(error?.message ?? "", /longer than .* shorter range/);
  t.true(out.finish().length <= 100_000);
});
