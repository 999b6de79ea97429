import test from "ava";
import fc from "fast-check";
import { AGGREGATION_METHODS, type AggregationMethod } from "../../src/model/aggregation.ts";
import { checkStore } from "../../src/storage/inspect/check-store.ts";
import { EVENT, GAUGE, type Mode, type Plan, REPLACE } from "../../src/storage/plan.ts";
import type { OnlyStatistic } from "../../src/storage/statistic.ts";
import { property } from "../property.ts";
import {
  type ImportedBuckets,
  type ImportedPoints,
  importBucketsInto,
  importInto,
} from "./import-into.ts";
import { START, TurnedWorld } from "./turned-world.ts";

const HOUR = 3600;
const DAY = 86_400;
const METHODS: AggregationMethod[] = [...AGGREGATION_METHODS];

const PLAN: Plan = {
  mode: REPLACE,
  tiers: [
    { step: 60, retention: 2 * DAY, lambda: 0 },
    { step: 600, retention: 100 * DAY, lambda: 0 },
    { step: 3600, retention: 1000 * DAY, lambda: 0 },
  ],
};

/** A world into which other stores are imported. */
class World extends TurnedWorld {
  override restart(): void {
    this.store.settle();
    super.restart();
  }

  series(path: string, mode: Mode = REPLACE): number {
    return this.seriesOf(path, { ...PLAN, mode });
  }

  import(
    series: number,
    tier: number,
    points: ImportedPoints,
    statistic: OnlyStatistic,
    slots = 60,
  ): void {
    importInto(this.store, this.environment, "data", series, tier, points, statistic, slots);
  }

  importBuckets(series: number, tier: number, buckets: ImportedBuckets): void {
    importBucketsInto(this.store, this.environment, "data", series, tier, buckets);
  }

  answer(
    path: string,
    tier: number,
    until: number,
    method: AggregationMethod = "average",
    xFilesFactor = 0,
  ): number[] {
    const read = this.store.readTier(path, tier, START, until, { method, xFilesFactor });
    return [...(read?.values ?? [])];
  }

  problems(): string[] {
    const found: string[] = [];
    checkStore(this.environment, "data", {
      problem: ({ file, what }) => found.push(`${file}: ${what}`),
      note: () => {},
      progress: () => {},
    });
    return found;
  }
}

const NONE = Number.NaN;

test("a slot that was received stays, and an import fills the others", (t) => {
  const world = new World();
  const series = world.series("a");
  world.put(series, START, 1);
  world.import(
    series,
    0,
    [
      [START, 100],
      [START + 60, 101],
      [START + 180, 103],
    ],
    "last",
  );
  const expected = [1, 101, NONE, 103];
  const read = (): number[] => world.answer("a", 0, START + 240);
  t.deepEqual(read(), expected);
  // Also what is received late, and whatever is in which file by then.
  world.put(series, START + 180, 3);
  expected[3] = 3;
  t.deepEqual(read(), expected);
  world.wait(HOUR);
  t.deepEqual(read(), expected);
  world.restart();
  t.deepEqual(read(), expected);
  world.wait(DAY + 4 * HOUR);
  t.deepEqual(read(), expected);
  t.deepEqual(world.problems(), []);
});

test("of two imports the later counts", (t) => {
  const world = new World();
  const series = world.series("a");
  world.import(
    series,
    0,
    [
      [START, 1],
      [START + 60, 2],
    ],
    "last",
  );
  world.import(
    series,
    0,
    [
      [START + 60, 3],
      [START + 120, 4],
    ],
    "last",
  );
  world.import(
    series,
    1,
    [
      [START, 5],
      [START + 600, 6],
    ],
    "sum",
  );
  world.import(series, 1, [[START + 600, 7]], "max");
  t.deepEqual(world.answer("a", 0, START + 180), [1, 3, 4]);
  t.deepEqual(world.answer("a", 1, START + 1200), [5, 7]);
  world.restart();
  t.deepEqual(world.answer("a", 0, START + 180), [1, 3, 4]);
  t.deepEqual(world.answer("a", 1, START + 1200), [5, 7]);
});

test("a gauge takes an imported value as a sample, an event counter as a rate", (t) => {
  for (const mode of [GAUGE, EVENT] as const) {
    const world = new World();
    const series = world.series("a", mode);
    world.put(series, START, 1);
    world.put(series, START + 1, 2);
    world.import(
      series,
      0,
      [
        [START, 100],
        [START + 60, 101],
      ],
      "last",
    );
    t.deepEqual(world.answer("a", 0, START + 120), [mode === GAUGE ? 1.5 : 3 / 60, 101]);
  }
});

test("a bucket of which one statistic is known gives that for every method, and nothing else by name", (t) => {
  const world = new World();
  const series = world.series("a");
  world.import(series, 1, [[START, 2.5]], "average", 3);
  // However high the factor: whisper has applied its own.
  for (const method of METHODS) t.deepEqual(world.answer("a", 1, START + 600, method, 1), [2.5]);
  const asked = (method: AggregationMethod): number[] => [
    ...world.store.readTier("a", 1, START, START + 600, { method, xFilesFactor: 0, isAsked: true })!
      .values,
  ];
  t.deepEqual(asked("average"), [2.5]);
  for (const method of METHODS.filter((one) => one !== "average")) {
    t.deepEqual(asked(method), [NONE], method);
  }
});

test("coarser steps than any tier join the known statistic, averages by the slots they stand for", (t) => {
  const cases: [OnlyStatistic, number][] = [
    ["average", (2 * 10 + -8 * 5) / 15],
    ["sum", -6],
    ["last", -8],
    ["max", 2],
    ["min", -8],
    ["absmax", -8],
    ["absmin", 2],
    ["avg_zero", (2 * 10 + -8 * 5) / 15],
  ];
  for (const [statistic, expected] of cases) {
    const world = new World();
    const series = world.series("a");
    world.import(series, 1, [[START, 2]], statistic, 10);
    world.import(series, 1, [[START + 600, -8]], statistic, 5);
    const window = { from: START - 1, until: START + 1199, now: START + 1199, maxBuckets: 1 };
    const geometry = world.store.reader.geometry(series, { ...window, stepFrom: START - 3 * DAY });
    const consolidation = { method: "average", xFilesFactor: 1 } as const;
    const [read] = world.store.reader.read([series], [geometry], [consolidation]);
    t.is(geometry?.step, 1200);
    t.deepEqual([...read!.values], [expected], statistic);
  }
});

test("a whole bucket answers with every statistic, and with its mean instead of its last sample", (t) => {
  const world = new World();
  const gauge = world.series("g", GAUGE);
  const event = world.series("e", EVENT);
  // 1, 2, 2 and 5.
  const bucket = { count: 4, slots: 1, sum: 10, min: 1, max: 5, last: 2.5, m2: 9 };
  world.importBuckets(gauge, 0, [[START, bucket]]);
  world.importBuckets(gauge, 1, [[START + 600, { ...bucket, slots: 4, m2: 9.1 }]]);
  // Rates of four slots; in six nothing happened.
  world.importBuckets(event, 1, [[START, { ...bucket, slots: 4 }]]);
  const of = (path: string, tier: number, until: number): unknown[] =>
    METHODS.map((method) => world.answer(path, tier, until, method).at(-1));
  const check = (): void => {
    t.deepEqual(of("g", 0, START + 60), [2.5, 10, 2.5, 5, 1, 2.5, 5, 1, 4, 4, Math.sqrt(9 / 4)]);
    // Nothing of it is rounded.
    t.is(world.answer("g", 1, START + 1200, "stddev")[1], Math.sqrt(9.1 / 4));
    t.deepEqual(of("e", 1, START + 600).slice(0, 5), [1, 10, 2.5, 5, 0]);
  };
  check();
  world.put(gauge, START + 60, 7);
  world.put(event, START + 700, 7);
  for (const time of [HOUR, DAY + 6 * HOUR]) {
    world.wait(time);
    check();
  }
  // What was imported is not written anew.
  const files = [...world.store.recovered.manifest.files];
  t.true(files.some(({ step, lsn }) => step === 600 && lsn > 0));
  world.import(event, 1, [[START, 3]], "max", 10);
  t.deepEqual(world.answer("e", 1, START + 600, "average"), [3]);
  t.deepEqual(world.problems(), []);
});

test("a bucket that both sides know is made of the datapoints of both", (t) => {
  const world = new World();
  const series = world.series("a");
  const half = Array.from({ length: 5 }, (_, i) => [START + i * 60, i] as const);
  world.import(series, 0, half, "last");
  world.import(series, 1, [[START, 2]], "average", 5);
  for (let i = 5; i < 10; i++) world.put(series, START + i * 60, i);
  const read = (): number[][] => METHODS.map((method) => world.answer("a", 1, START + 600, method));
  const expected = [4.5, 45, 9, 9, 0, 4.5, 9, 0, 10, 9, Math.sqrt(8.25)];
  for (const time of [0, HOUR, DAY, DAY]) {
    world.wait(time);
    for (const [i, [value]] of read().entries()) {
      // The squared deviations of a coarser bucket keep 15 bits.
      if (METHODS[i] === "stddev") t.true(Math.abs(value! - expected[i]!) < 1e-4);
      else t.is(value, expected[i], METHODS[i]);
    }
  }
  // Also when nothing is left that it was made of: time is proven by what is received.
  world.wait(4 * DAY);
  world.put(series, world.seconds, 0);
  world.wait(6 * HOUR);
  const { files } = world.store.recovered.manifest;
  t.deepEqual(
    [...files].filter(({ step, from }) => step === 60 && from < START + DAY),
    [],
  );
  t.is(world.answer("a", 1, START + 600, "sum")[0], 45);
});

test("a bucket of a gauge that both sides know is made of the buckets of both", (t) => {
  const world = new World();
  const series = world.series("a", GAUGE);
  const bucket = { count: 2, slots: 1, sum: 4, min: 1, max: 3, last: 2, m2: 2 };
  world.importBuckets(series, 0, [[START, bucket]]);
  // Two such, of which the first is still there; and what is known of the next ones.
  const pair = { count: 4, slots: 2, sum: 8, min: 1, max: 3, last: 2, m2: 4 };
  world.importBuckets(series, 1, [
    [START, { ...pair, slots: 1 }],
    [START + 600, pair],
    [START + 1200, pair],
  ]);
  world.put(series, START + 60, 9);
  world.put(series, START + 660, 9);
  for (const time of [0, HOUR, DAY + 6 * HOUR]) {
    world.wait(time);
    t.deepEqual(world.answer("a", 1, START + 1800, "sum"), [13, 8, 8]);
    t.deepEqual(world.answer("a", 1, START + 1800, "count"), [3, 4, 4]);
  }
});

test("a late datapoint does not take the place of an imported bucket that knows more", (t) => {
  const world = new World();
  const series = world.series("a");
  world.import(
    series,
    1,
    [
      [START, 7],
      [START + 600, 8],
    ],
    "average",
    10,
  );
  world.put(series, START + 60, 1000);
  t.deepEqual(world.answer("a", 1, START + 1200), [7, 8]);
  t.deepEqual(world.answer("a", 0, START + 120), [NONE, 1000]);
  world.wait(2 * DAY);
  t.deepEqual(world.answer("a", 1, START + 1200), [7, 8]);
});

test("roll-ups are written of what was received, and an import stays as it came", (t) => {
  const world = new World();
  const series = world.series("a");
  const ten = Array.from({ length: 30 }, (_, i) => [START + i * 60, i] as const);
  world.import(series, 0, ten, "last");
  world.import(
    series,
    1,
    [
      [START, 0.1],
      [START + 600, 0.2],
      [START + 1200, 0.3],
    ],
    "average",
    10,
  );
  world.import(series, 2, [[START, 0.7]], "average", 30);
  for (let i = 0; i < 10; i++) world.put(series, START + 600 + i * 60, 100 + i);
  const expected = [0.1, 104.5, 0.3];
  t.deepEqual(world.answer("a", 1, START + 1800), expected);
  const hour = world.answer("a", 2, START + HOUR)[0];
  t.is(hour, (45 + 1045 + 245) / 30);
  world.wait(DAY + 6 * HOUR);
  t.true([...world.store.recovered.manifest.files].some((file) => file.level > 1 && file.lsn > 0));
  t.deepEqual(world.answer("a", 1, START + 1800), expected);
  t.is(world.answer("a", 2, START + HOUR)[0], hour);
  t.deepEqual(world.problems(), []);
});

test("whatever was received and imported, the finest tier has both and the received wins", (t) => {
  const points = fc.array(fc.tuple(fc.nat(99), fc.integer({ min: -9, max: 9 })), { maxLength: 40 });
  property(
    t,
    [points, points, fc.constantFrom(REPLACE, GAUGE), fc.boolean()],
    (received, imported, mode, isMerged) => {
      const world = new World();
      const series = world.series("a", mode);
      const expected = new Map<number, number>(imported);
      for (const [slot, value] of new Map(received)) {
        world.put(series, START + slot * 60, value);
        expected.set(slot, value);
      }
      const before = imported.map(([slot, value]) => [START + slot * 60, value] as const);
      if (before.length > 0) world.import(series, 0, before, "last");
      if (isMerged) world.wait(DAY + 6 * HOUR);
      return world
        .answer("a", 0, START + 6000)
        .every((value, slot) => Object.is(value, expected.get(slot) ?? NONE));
    },
    { numRuns: 60 },
  );
});

test("imported files expire with their tier", (t) => {
  const world = new World();
  const series = world.series("a");
  world.import(series, 0, [[START, 1]], "last");
  world.import(series, 1, [[START, 1]], "average");
  // Time that is proven by what was received.
  for (let day = 0; day < 5; day++) {
    world.put(series, world.seconds, 1);
    world.wait(DAY);
  }
  const left = [...world.store.recovered.manifest.files].filter(({ imported }) => imported);
  t.deepEqual(
    left.map(({ step }) => step),
    [600],
  );
});
