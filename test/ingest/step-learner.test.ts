import test from "ava";
import fc from "fast-check";
import { readSchemas } from "../../src/config/storage-files.ts";
import { Replanner } from "../../src/ingest/replanner.ts";
import { StorageRules, tiersFromStep } from "../../src/model/schema.ts";
import { property } from "../property.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const HOUR = 3600;
const DAY = 86_400;

function stepsOf({ store }: IngestHarness, path: string): number[] {
  const { series } = store.view;
  return series.epochs(store.names.seriesAt(path)).map(({ plan }) => series.plans.step[plan]!);
}

function lines(path: string, times: readonly number[]): string {
  return times.map((time, i) => `${path} ${i + 1} ${time}\n`).join("");
}

/** `count` times, `gap` apart, the last one at `until`. */
function even(count: number, gap: number, until: number): number[] {
  return Array.from({ length: count }, (_, i) => until - (count - 1 - i) * gap);
}

test("the default tiers go on from a learned step; what fits no hour is not learned", (t) => {
  const texts = [20, 60, 120, 240, 300, 900, 3600, 7200, 86_400].map((step) =>
    tiersFromStep(step)!
      .map((tier) => `${tier.step}:${Math.round(tier.seconds / DAY)}`)
      .join(),
  );
  t.deepEqual(texts, [
    "20:10,300:365,3600:2190",
    "60:10,300:365,3600:2190",
    "120:10,600:365,3600:2190",
    "240:10,1200:365,3600:2190",
    "300:365,3600:2190",
    "900:365,3600:2190",
    "3600:2190",
    "7200:2190",
    "86400:2190",
  ]);
  for (const step of [1, 10, 7, 15, 70, 420, 3601, 5400, 90_000, 172_800]) {
    t.is(tiersFromStep(step), null);
  }
});

test("four datapoints at an even gap decide, in order, late, or give or take a second", (t) => {
  const base = NOW - (NOW % HOUR);
  const cases: [string, readonly number[], number[]][] = [
    ["even.minutes", even(4, 60, base), [10, 60]],
    ["even.off-grid", even(4, 60, base + 7), [10, 60]],
    ["even.half", even(4, 30, base), [10, 30]],
    ["even.quarter", even(40, 15, base), [10]],
    ["even.hours", even(4, HOUR, base), [10, HOUR]],
    ["even.history", even(500, 300, base - 5 * DAY), [10, 300]],
    ["jitter.middle", [0, 61, 119, 181, 240].map((s) => base - 570 + s), [10, 60]],
    ["jitter.edge", [0, 61, 119, 181, 240].map((s) => base - 600 + s), [10]],
    ["late.gap", [0, 60, 180, 240, 300, 360].map((s) => base - 600 + s), [10, 60]],
    ["lost.some", [0, 40, 60, 100, 140, 180].map((s) => base - 600 + s), [10]],
    [
      "lost.some-then-even",
      [0, 40, 60, 100, 140, 180, ...even(5, 20, 300)].map((s) => base - 600 + s),
      [10, 20],
    ],
    ["odd-start", [0, 30, ...even(8, 60, 570)].map((s) => base - 600 + s), [10, 60]],
    ["repeated", [0, 0, 60, 60, 120, 180].map((s) => base - 600 + s), [10, 60]],
    ["too.few", even(3, 60, base), [10]],
    ["ten", even(40, 10, base), [10]],
    ["one", even(400, 1, base), [10]],
    ["backwards", even(40, 60, base).reverse(), [10]],
    ["odd", even(40, 70, base), [10]],
  ];
  const ingest = new IngestHarness();
  for (const [path, times] of cases) ingest.carbon(lines(path, times));
  const { learner } = ingest.intake;
  t.is(learner.takeNews().get(60)?.count, 6);
  t.is(learner.takeNews().size, 0);
  for (const one of [ingest, ingest.restarted()]) {
    for (const [path, , steps] of cases) t.deepEqual(stepsOf(one, path), steps, path);
  }
});

test("it is decided once: a later change of the sender's gap changes nothing", (t) => {
  const ingest = new IngestHarness();
  const base = NOW - (NOW % HOUR);
  ingest.carbon(lines("a", even(4, 60, base - HOUR)) + lines("a", even(50, 300, base)));
  t.deepEqual(stepsOf(ingest, "a"), [10, 60]);
  ingest.carbon(lines("b", even(20, 10, base - HOUR)) + lines("b", even(50, 60, base)));
  t.deepEqual(stepsOf(ingest, "b"), [10]);
});

test("a schema file and what servers say of themselves are left alone", (t) => {
  const ingest = new IngestHarness();
  const times = even(9, 300, NOW);
  for (const path of ["carbon.x", "statite.x"]) {
    ingest.carbon(lines(path, times));
    t.deepEqual(stepsOf(ingest, path), [60]);
  }
  const { rules } = readSchemas("[all]\npattern = ^a\nretentions = 10s:1d\n");
  const { definer } = ingest.intake;
  definer.rules = { ...definer.rules, storage: new StorageRules(rules, null) };
  ingest.carbon(lines("a", times) + lines("b", times));
  t.deepEqual(stepsOf(ingest, "a"), [10]);
  t.deepEqual(stepsOf(ingest, "b"), [60]);
});

test("a reload without a file keeps what was learned; a file has the last word", (t) => {
  const ingest = new IngestHarness();
  ingest.carbon(lines("a", even(4, 60, NOW)));
  const { store } = ingest;
  const replanner = new Replanner(store.writer, store.view.series, store.names);
  replanner.begin(new StorageRules(null, null));
  t.true(replanner.turn());
  t.deepEqual(stepsOf(ingest, "a"), [10, 60]);
  const { rules } = readSchemas("[all]\npattern = .*\nretentions = 30s:1d\n");
  replanner.begin(new StorageRules(rules, null));
  t.true(replanner.turn());
  t.deepEqual(stepsOf(ingest, "a"), [10, 60, 30]);
});

test("a series that is killed while it learns begins anew", (t) => {
  const ingest = new IngestHarness();
  ingest.carbon(lines("a", even(3, 60, NOW - 300)));
  const after = ingest.restarted();
  after.intake.learnAgain(after.store.recovered.replay.young, after.store.view.series);
  after.carbon(lines("a", even(4, 60, NOW)));
  t.deepEqual(stepsOf(after, "a"), [10, 60]);
});

test("history and what comes is answered at the learned step, every datapoint once", (t) => {
  const ingest = new IngestHarness();
  const base = NOW - (NOW % HOUR);
  ingest.carbon(lines("a", even(60 * 48, 60, base)));
  for (const one of [ingest, ingest.restarted()]) {
    const read = one.store.read("a", base - 2 * DAY, base, NOW)!;
    t.is(read.step, 60);
    t.deepEqual(
      [...read.values].slice(-2880),
      Array.from({ length: 2880 }, (_, i) => i + 1),
    );
    // The coarser tiers of the default know that each datapoint stands for a minute.
    const series = one.store.names.seriesAt("a");
    const window = { from: base - 2 * DAY, until: base - 1, now: NOW, stepFrom: NOW - 40 * DAY };
    const geometry = one.store.reader.geometry(series, window);
    const consolidation = { method: "average", xFilesFactor: 0.9 } as const;
    const [coarse] = one.store.reader.read([series], [geometry], [consolidation]);
    t.is(coarse!.step, 300);
    t.is([...coarse!.values].filter((value) => !Number.isNaN(value)).length, 575);
  }
});

/** Points of a minute sender around the moment of learning, kills in between, and late ones. */
test("learning, kills and late datapoints lose nothing and count nothing twice", (t) => {
  property(
    t,
    [
      fc
        .record({
          seed: fc.nat(1_000_000),
          step: fc.constantFrom(20, 60, 300, 900),
          phase: fc.nat(14),
          kills: fc.array(fc.nat(60), { maxLength: 3 }),
          late: fc.array(fc.nat(59), { maxLength: 5 }),
        })
        // Every second one lost looks like twice the step.
        .filter(({ late }) => !late.some((i) => late.includes(i + 2) && late.includes(i + 4))),
    ],
    ({ seed, step, phase, kills, late }) => {
      let now = NOW;
      let ingest = new IngestHarness({}, {}, new SimulatedFiles(seed), () => now);
      const sent = new Map<number, number>();
      const put = (time: number, value: number): void => {
        ingest.carbon(`a ${value} ${time}\n`);
        sent.set(Math.floor(time / step) * step, value);
      };
      const first = Math.floor(NOW / step) * step + phase;
      for (let i = 0; i < 60; i++) {
        now = Math.max(now, first + i * step);
        if (!late.includes(i)) put(first + i * step, i + 1);
        ingest.store.settle();
        if (kills.includes(i)) {
          ingest = ingest.restarted();
          const { store } = ingest;
          ingest.intake.learnAgain(store.recovered.replay.young, store.view.series);
        }
      }
      for (const i of late) put(first + i * step, 1000 + i);
      const steps = stepsOf(ingest, "a");
      now += 2 * DAY;
      for (let turn = 0; turn < 4; turn++, now += 2 * HOUR) ingest.store.settle();
      for (const one of [ingest, ingest.restarted()]) {
        const until = first + 60 * step;
        const read = one.store.read("a", first - 2 * step, until, Math.max(now, until))!;
        if (steps.length > 1 && read.step !== step) return false;
        const grid = new Map<number, number>();
        read.values.forEach((value, i) => {
          const slot = Math.floor((read.start + i * read.step) / step) * step;
          if (!Number.isNaN(value)) grid.set(slot, value);
        });
        const known = read.values.filter((value) => !Number.isNaN(value)).length;
        if (known !== sent.size || grid.size !== sent.size) return false;
        for (const [slot, value] of sent) if (grid.get(slot) !== value) return false;
      }
      return steps.length === 2 || late.length > 0 || kills.length > 0;
    },
    { numRuns: 40 },
  );
});
