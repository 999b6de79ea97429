import test from "ava";
import { AGGREGATION_METHODS, type AggregationMethod } from "../../src/model/aggregation.ts";
import type { FileEntry } from "../../src/storage/manifest.ts";
import { nextJob } from "../../src/storage/merge/planner.ts";
import { mergeLevels } from "../../src/storage/merge/spans.ts";
import { GAUGE, type Plan, REPLACE } from "../../src/storage/plan.ts";
import { START, TurnedWorld } from "./turned-world.ts";

const HOUR = 3600;
const DAY = 86_400;
const METHODS: AggregationMethod[] = [...AGGREGATION_METHODS];

const plan = (...tiers: [step: number, retention: number][]): Plan => ({
  mode: REPLACE,
  tiers: tiers.map(([step, retention]) => ({ step, retention, lambda: 0 })),
});

class World extends TurnedWorld {
  /** Sends a value per step and series while time goes on. */
  run(seconds: number, step: number, series: readonly number[], valueAt: ValueAt): void {
    const end = this.seconds + seconds;
    while (this.seconds < end) {
      for (const one of series) this.put(one, this.seconds, valueAt(one, this.seconds));
      this.seconds += step;
      if (this.seconds % 300 === 0) this.store.settle();
    }
  }

  entriesOf(step: number): FileEntry[] {
    return this.entries.filter((entry) => entry.step === step);
  }

  values(
    path: string,
    tier: number,
    from: number,
    until: number,
    method: AggregationMethod,
  ): number[] {
    const read = this.store.readTier(path, tier, from, until, { method, xFilesFactor: 0 });
    return [...(read?.values ?? [])];
  }
}

type ValueAt = (series: number, time: number) => number;
const wave: ValueAt = (series, time) => Math.round(Math.sin(time / 997 + series) * 1000) / 10;

test("a day ends as one file a shard, and answers what it answered before", (t) => {
  const world = new World();
  const ofPlan = plan([60, 30 * DAY]);
  const series = ["m.a", "m.b", "m.c"].map((path) => world.seriesOf(path, ofPlan));
  world.run(DAY, 60, series, wave);
  const before = world.values("m.b", 0, START, START + DAY, "average");
  t.true(world.entriesOf(60).length > 10);
  world.wait(4 * HOUR);
  const entries = world.entriesOf(60);
  t.is(entries.length, 1, JSON.stringify(entries));
  t.is(entries[0]?.level, mergeLevels(60, 30 * DAY).length);
  t.deepEqual(world.values("m.b", 0, START, START + DAY, "average"), before);
  t.is(before.filter((value) => !Number.isNaN(value)).length, 1440);
  // What was merged is gone from the disk, too.
  t.deepEqual(world.files.list(`data/statfiles/60-${30 * DAY}`).length, 1);
  world.restart();
  t.deepEqual(world.values("m.b", 0, START, START + DAY, "average"), before);
  t.is(world.store.recovered.orphans, 0);
});

test("coarser tiers answer bit for bit the same before and after they are written", (t) => {
  const world = new World();
  const ofPlan = plan([10, DAY], [300, 100 * DAY], [3600, 1000 * DAY]);
  const series = [world.seriesOf("r.a", ofPlan), world.seriesOf("r.b", { ...ofPlan, mode: GAUGE })];
  const noisy: ValueAt = (one, time) => Math.sin(time * 1.7 + one) * 10 ** ((time / 10) % 7);
  world.run(6 * HOUR, 10, series, (one, time) =>
    time % 3 === 0 ? wave(one, time) : noisy(one, time),
  );
  const answers = (): number[][] =>
    ["r.a", "r.b"].flatMap((path) =>
      [1, 2].flatMap((tier) =>
        METHODS.map((method) => world.values(path, tier, START, START + 6 * HOUR, method)),
      ),
    );
  const before = answers();
  t.is(world.entriesOf(300).length, 0);
  world.wait(22 * HOUR);
  t.true(world.entriesOf(300).length > 0 && world.entriesOf(3600).length > 0);
  t.true(world.entriesOf(10).every(({ isRolledUp }) => isRolledUp));
  t.deepEqual(answers(), before);
  // And when nothing else is left to build them from.
  world.wait(2 * DAY);
  world.run(1200, 10, series, wave);
  world.wait(2 * HOUR);
  t.deepEqual(
    world.entriesOf(10).filter(({ from }) => from < START + 6 * HOUR),
    [],
  );
  t.deepEqual(answers(), before);
});

test("late data change their buckets at once, and stay when all is written anew", (t) => {
  const world = new World();
  const ofPlan = plan([60, 10 * DAY], [600, 100 * DAY]);
  const series = world.seriesOf("l.a", ofPlan);
  const other = world.seriesOf("l.b", ofPlan);
  world.run(6 * HOUR, 60, [series, other], () => 1);
  world.wait(DAY);
  const [written] = world.entriesOf(600);
  t.truthy(written);
  world.put(series, START + 120, 1000);
  const sum = (path: string): number => world.values(path, 1, START, START + 600, "sum")[0]!;
  t.is(sum("l.a"), 1009);
  world.store.writer.freezeStrays();
  world.store.settle();
  t.is(sum("l.a"), 1009);
  t.is(sum("l.b"), 10);
  world.wait(3 * HOUR);
  t.is(sum("l.a"), 1009);
  t.not(world.entriesOf(600).length, 0);
  t.true(world.entriesOf(60).every(({ isRolledUp }) => isRolledUp));
  world.wait(11 * DAY);
  world.run(1200, 60, [other], () => 2);
  world.wait(2 * HOUR);
  t.is(world.entriesOf(60).filter(({ from }) => from < START + DAY).length, 0);
  t.is(sum("l.a"), 1009);
});

test("a datapoint that is older than the finest tier keeps never replaces a bucket that knows more", (t) => {
  const world = new World();
  const ofPlan = plan([60, DAY], [600, 100 * DAY]);
  const series = world.seriesOf("o.a", ofPlan);
  const other = world.seriesOf("o.b", ofPlan);
  world.run(2 * HOUR, 60, [series], () => 1);
  world.wait(3 * DAY);
  world.run(1200, 60, [other], () => 1);
  world.wait(2 * HOUR);
  t.is(world.entriesOf(60).filter(({ from }) => from < START + DAY).length, 0);
  world.put(series, START + 120, 1000);
  // Six hours after the data there was nothing, so a late value is all that is known there.
  world.put(series, START + 6 * HOUR, 7);
  const check = (): void => {
    t.is(world.values("o.a", 1, START, START + 600, "sum")[0], 10);
    t.is(world.values("o.a", 1, START + 6 * HOUR, START + 6 * HOUR + 600, "sum")[0], 7);
  };
  check();
  world.wait(6 * HOUR);
  check();
  world.run(1200, 60, [other], () => 1);
  world.wait(6 * HOUR);
  t.is(world.entriesOf(60).filter(({ from }) => from < START + DAY).length, 0);
  check();
});

test("a step that divides no day is rolled up over the ends of days", (t) => {
  const world = new World();
  const ofPlan = plan([60, 2 * DAY], [420, 100 * DAY]);
  const series = world.seriesOf("w.a", ofPlan);
  world.run(3 * DAY, 60, [series], wave);
  world.wait(DAY);
  const from = Math.ceil(START / 420) * 420;
  const until = Math.floor((START + 3 * DAY) / 420) * 420;
  const all = world.values("w.a", 1, from, until, "sum");
  for (let i = 0; i < all.length; i++) {
    let sum = 0;
    for (let time = from + i * 420; time < from + (i + 1) * 420; time += 60) {
      sum += Math.round(wave(series, time) * 10);
    }
    t.is(all[i], sum / 10, `bucket ${i}`);
  }
});

test("a damaged file is named, set aside, and takes nothing else with it", (t) => {
  const world = new World();
  const ofPlan = plan([60, 30 * DAY]);
  const series = world.seriesOf("d.a", ofPlan);
  world.run(2 * HOUR, 60, [series], wave);
  const [victim] = world.entriesOf(60);
  world.files.damage(`data/statfiles/${victim!.file}`, 70);
  world.restart();
  world.wait(30 * HOUR);
  t.true(world.store.broken.length > 0);
  t.true(world.store.broken.every((line) => line.includes(victim!.file)));
  t.false(world.entriesOf(60).some(({ file }) => file === victim!.file));
  t.true(world.store.recovered.manifest.isQuarantined(victim!.file));
  const values = world.values("d.a", 0, START, START + 2 * HOUR, "average");
  const known = values.filter((value) => !Number.isNaN(value)).length;
  t.true(known >= 110 && known < 120, `${known} of 120 datapoints are left`);
});

test("a clock that jumps ahead makes nothing expire", (t) => {
  const world = new World();
  const ofPlan = plan([60, DAY]);
  const series = world.seriesOf("c.a", ofPlan);
  world.run(2 * HOUR, 60, [series], wave);
  world.wait(3 * HOUR);
  const clock = { jump: 10 * 365 * DAY };
  world.seconds += clock.jump;
  for (let i = 0; i < 50; i++) world.store.settle();
  const values = world.values("c.a", 0, START, START + 2 * HOUR, "average");
  t.is(values.filter((value) => !Number.isNaN(value)).length, 120);
});

test("nothing is to be done when all is done", (t) => {
  const world = new World();
  const series = world.seriesOf("n.a", plan([60, 30 * DAY], [600, 100 * DAY]));
  world.run(4 * HOUR, 60, [series], wave);
  world.wait(20 * DAY);
  const files = [...world.store.recovered.manifest.files];
  t.is(
    nextJob(
      files,
      world.seconds,
      () => false,
      (_step, _retention, until) => until,
    ),
    null,
  );
  t.deepEqual(files.map(({ step, level }) => [step, level]).sort(), [
    [60, 2],
    [600, 3],
  ]);
});
