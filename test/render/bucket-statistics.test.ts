import test from "ava";
import { StorageRules } from "../../src/model/schema.ts";
import { runJob } from "../../src/query/run-job.ts";
import { StoreSource } from "../../src/query/store-source.ts";
import { TagIndex } from "../../src/query/tags/tag-index.ts";
import { GAUGE, type Mode, REPLACE } from "../../src/storage/plan.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";

const DAY = 86_400;
/** 2023-11-15 00:00 UTC. */
const START = 1_700_006_400;
const LIMITS = { maxSeries: 1000, maxDatapoints: 1_000_000, seconds: 60 };

interface Answer {
  target: string;
  datapoints: [number | null, number][];
}

/** A store with three days of data, of which the first is rolled up and its finest tier expired. */
class World {
  seconds = START;
  readonly store: StoreHarness;
  readonly source: StoreSource;
  /** Every sample by series and time. */
  readonly samples = new Map<string, [number, number][]>();

  constructor() {
    const clock = { wallMs: () => this.seconds * 1000, monotonicMs: () => this.seconds * 1000 };
    const files = new SimulatedFiles(1);
    this.store = new StoreHarness({ clock, files }, "data", { pages: 2048, ringBytes: 8 << 20 });
    const { names, reader } = this.store;
    this.source = new StoreSource(names, TagIndex.own(names), reader, new StorageRules(null, null));
  }

  series(path: string, mode: Mode): number {
    const tiers = [
      { step: 60, retention: 1.5 * DAY, lambda: 0 },
      { step: 600, retention: 100 * DAY, lambda: 0 },
    ];
    this.samples.set(path, []);
    return this.store.writer.createSeries(path, this.store.writer.planNumber({ mode, tiers }));
  }

  put(path: string, series: number, value: number): void {
    this.samples.get(path)!.push([this.seconds, value]);
    this.store.writer.point(series, this.seconds, value, 0, -1);
  }

  run(seconds: number, step: number, send: () => void): void {
    for (const end = this.seconds + seconds; this.seconds < end; this.seconds += step) {
      send();
      if (this.seconds % 600 === 0) this.store.settle();
    }
    this.store.settle();
  }

  async ask(
    target: string,
    from: number,
    until: number,
    maxDataPoints?: number,
  ): Promise<Answer[]> {
    const answer = await runJob(
      {
        kind: "render",
        format: "json",
        targets: [target],
        from: String(from),
        until: String(until),
        now: String(this.seconds),
        maxDataPoints,
        noNullPoints: false,
        variables: {},
      },
      this.source,
      "UTC",
      LIMITS,
    );
    const text = Buffer.from(answer.body).toString();
    if (answer.status !== 200) throw new Error(text);
    return JSON.parse(text) as Answer[];
  }

  /** Samples of some series in [from, until). */
  between(paths: readonly string[], from: number, until: number): number[] {
    return paths.flatMap((path) =>
      this.samples
        .get(path)!
        .filter(([time]) => time >= from && time < until)
        .map(([, value]) => value),
    );
  }
}

const STATISTICS: Record<string, (values: readonly number[]) => number> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  sum: (values) => values.reduce((a, b) => a + b, 0),
  count: (values) => values.length,
  range: (values) => Math.max(...values) - Math.min(...values),
  average: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  last: (values) => values.at(-1)!,
  stddev: (values) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  },
};

function isClose(got: number | null, right: number, tolerance: number): boolean {
  return got !== null && Math.abs(got - right) <= Math.abs(right) * tolerance + 1e-9;
}

/** Three days of a gauge with two samples a minute, and of replacing series. */
function filled(): World {
  const world = new World();
  const gauge = world.series("s.gauge", GAUGE);
  const plain = world.series("s.plain", REPLACE);
  world.run(3 * DAY, 60, () => {
    const wave = Math.round(Math.sin(world.seconds / 700) * 500) / 10;
    world.put("s.gauge", gauge, wave);
    world.put("s.gauge", gauge, wave + (world.seconds % 7));
    world.put("s.plain", plain, wave * 2);
  });
  return world;
}

test("every statistic of a bucket is exact at every zoom, also where the finest tier has expired", async (t) => {
  const world = filled();
  t.true(
    [...world.store.recovered.manifest.files].every(
      ({ step, from }) => step === 600 || from > START,
    ),
  );
  for (const path of ["s.gauge", "s.plain"]) {
    for (const [name, statistic] of Object.entries(STATISTICS)) {
      for (const [from, until, points] of [
        [START + 2 * DAY + 3600, START + 2 * DAY + 10_800, undefined],
        [START + 2 * DAY + 3600, START + 3 * DAY - 3600, 50],
        [START + 600, START + 3 * DAY - 3600, undefined],
        [START + 600, START + 3 * DAY - 3600, 37],
      ] as const) {
        const [answer] = await world.ask(`bucketStat(${path},"${name}")`, from, until, points);
        t.is(answer?.target, `bucketStat(${path},"${name}")`);
        const { datapoints } = answer!;
        if (points !== undefined)
          t.true(datapoints.length <= points, `${datapoints.length} points`);
        const step = datapoints[1]![1] - datapoints[0]![1];
        for (const [value, time] of datapoints) {
          const right = statistic(world.between([path], time, time + step));
          const tolerance = name === "stddev" ? 2 ** -15 : 1e-12;
          if (!isClose(value, right, tolerance)) {
            t.fail(`${path} ${name} at ${time} step ${step}: ${value} instead of ${right}`);
            return;
          }
        }
      }
    }
  }
});

test("consolidateBy shows its statistic of coarser buckets, too", async (t) => {
  const world = filled();
  const [answer] = await world.ask('consolidateBy(s.plain,"max")', START + 600, START + DAY);
  for (const [value, time] of answer!.datapoints) {
    t.is(value, Math.max(...world.between(["s.plain"], time, time + 600)));
  }
});

test("a band is the mean between extremes, or between standard deviations", async (t) => {
  const world = filled();
  const [from, until] = [START + 600, START + DAY];
  const band = await world.ask("bucketBand(s.gauge)", from, until);
  t.deepEqual(
    band.map(({ target }) => target),
    ["bucketBand(s.gauge)", "bucketBandLower(s.gauge)", "bucketBandUpper(s.gauge)"],
  );
  const spread = await world.ask("bucketBand(s.gauge,2)", from, until);
  t.is(spread[1]?.target, "bucketBandLower(s.gauge,2)");
  band[0]!.datapoints.forEach(([, time], i) => {
    const values = world.between(["s.gauge"], time, time + 600);
    const mean = STATISTICS.average!(values);
    const stddev = STATISTICS.stddev!(values);
    t.true(isClose(band[1]!.datapoints[i]![0], Math.min(...values), 0));
    t.true(isClose(band[2]!.datapoints[i]![0], Math.max(...values), 0));
    t.true(isClose(spread[0]!.datapoints[i]![0], mean, 1e-12));
    t.true(isClose(spread[1]!.datapoints[i]![0]! - mean, -2 * stddev, 2 ** -14));
    t.true(isClose(spread[2]!.datapoints[i]![0]! - mean, 2 * stddev, 2 ** -14));
  });
});

test("a tree is the exact merge of its leaves, and what an inner node holds itself is not counted", async (t) => {
  const world = new World();
  const leaves = ["t.a.x", "t.a.y", "t.b.x", "t.a.deep.z", "t.b"];
  const numbers = leaves.map((path) => world.series(path, path === "t.a.y" ? REPLACE : GAUGE));
  world.run(2 * DAY, 60, () => {
    leaves.forEach((path, i) => {
      if ((world.seconds / 60) % (i + 2) !== 0)
        world.put(path, numbers[i]!, i + (world.seconds % 97));
    });
  });
  const check = async (target: string, expected: Record<string, string[]>): Promise<void> => {
    for (const [name, statistic] of Object.entries(STATISTICS)) {
      if (name === "last") continue;
      const [from, until] = [START + 600, START + 2 * DAY - 3600];
      const answers = await world.ask(`bucketStat(${target},"${name}")`, from, until);
      t.deepEqual(
        answers.map((answer) => answer.target),
        Object.keys(expected).map((path) => `bucketStat(${path},"${name}")`),
      );
      for (const { target: title, datapoints } of answers) {
        const step = datapoints[1]![1] - datapoints[0]![1];
        const paths = Object.entries(expected).find(([path]) => title.includes(`(${path},`))![1];
        for (const [value, time] of datapoints) {
          const values = world.between(paths, time, time + step);
          const right = statistic(values);
          const tolerance = name === "stddev" ? 2 ** -14 : 1e-12;
          if (!isClose(value, right, tolerance)) {
            t.fail(`${title} at ${time}: ${value} instead of ${right}`);
            return;
          }
        }
      }
    }
  };
  await check("treeAggregate(t.*)", { "t.a": ["t.a.x", "t.a.y"], "t.b": ["t.b.x"] });
  await check("treeAggregate(t.*,0)", {
    "t.a": ["t.a.x", "t.a.y", "t.a.deep.z"],
    "t.b": ["t.b.x"],
  });
  await check('treeAggregate("t.a.x",3)', { "t.a.x": ["t.a.x"] });
  await check("treeAggregate(t,2)", { t: ["t.a.x", "t.a.y", "t.b.x"] });
  t.deepEqual(await world.ask("treeAggregate(nosuch.*)", START, START + DAY), []);
  await t.throwsAsync(world.ask("treeAggregate(t.*,-1)", START, START + DAY), {
    message: /must not be negative/,
  });
});
