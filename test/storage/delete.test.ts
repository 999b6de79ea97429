import test from "ava";
import { GAUGE, type Plan, REPLACE } from "../../src/storage/plan.ts";
import { StatFileReader } from "../../src/storage/statfile/reader.ts";
import { START, TurnedWorld } from "./turned-world.ts";

const HOUR = 3600;
const DAY = 86_400;
const PLAN: Plan = {
  mode: REPLACE,
  tiers: [
    { step: 60, retention: 30 * DAY, lambda: 0 },
    { step: 3600, retention: 365 * DAY, lambda: 0 },
  ],
};

class World extends TurnedWorld {
  series(path: string, plan = PLAN): number {
    return this.seriesOf(path, plan);
  }

  /** Sends a datapoint a minute to each path while time goes on. */
  run(seconds: number, paths: readonly string[]): void {
    for (const end = this.seconds + seconds; this.seconds < end; this.seconds += 60) {
      for (const path of paths) {
        this.put(this.series(path), this.seconds, 1.5);
      }
      if (this.seconds % 600 === 0) this.store.settle();
    }
    this.store.settle();
  }

  known(path: string): number {
    const read = this.store.read(path, START - 60, this.seconds);
    return read === null ? -1 : read.values.filter((value) => !Number.isNaN(value)).length;
  }

  /** Numbers of the series that StatFiles hold, of files of a level or more. */
  held(level = 0): number[] {
    const held = new Set<number>();
    for (const entry of this.entries) {
      if (entry.level < level) continue;
      const reader = StatFileReader.open(this.files, `data/statfiles/${entry.file}`, entry);
      reader.sections.forEach(({ shard }, index) => {
        for (let lane = 0; lane < 8192; lane++) {
          if (reader.hasLane(index, lane)) held.add(shard * 8192 + lane);
        }
      });
      reader.close();
    }
    return [...held].sort((a, b) => a - b);
  }
}

test("a deleted series is gone at once, and its name begins anew under another number", (t) => {
  const world = new World();
  world.run(HOUR, ["a.x", "a.y", "b.z"]);
  const before = world.series("a.x");
  t.is(world.store.writer.deleteSeries([before, before, 7_000_000]), 1);
  t.is(world.store.writer.deleteSeries([before]), 0);
  const look = (life: string): void => {
    t.is(world.store.names.seriesAt("a.x"), -1, life);
    t.deepEqual(
      world.store.names.find("a.*", 10).map(({ path }) => path),
      ["a.y"],
      life,
    );
    t.is(world.known("a.y"), 60, life);
    t.is(world.store.names.count, 2, life);
  };
  look("at once");
  world.store.settle();
  world.restart("kill");
  look("after a kill");
  world.restart();
  look("after a power cut");
  t.is(world.known("a.x"), -1);
  world.run(600, ["a.x"]);
  t.true(world.series("a.x") > before);
  t.is(world.known("a.x"), 10);
  world.wait(2 * DAY);
  world.restart();
  t.is(world.known("a.x"), 10);
});

test("a delete that was not synced is undone by a power cut as a whole, with all data there", (t) => {
  const world = new World();
  world.run(HOUR, ["a", "b"]);
  world.store.writer.deleteSeries([world.series("a"), world.series("b")]);
  // The windows are written without the series, but do not count before the delete is durable.
  world.seconds += 700;
  for (let turn = 0; turn < 1000; turn++) world.store.sealer.step();
  world.restart();
  t.is(world.known("a"), 60);
  t.is(world.known("b"), 60);
});

test("merges leave out what was deleted, and a file of nothing else goes", (t) => {
  const world = new World();
  world.run(3 * HOUR, ["a", "b"]);
  world.store.writer.deleteSeries([world.series("a")]);
  world.wait(2 * DAY);
  t.deepEqual(world.held(), [world.series("b")]);
  world.store.writer.deleteSeries([world.series("b")]);
  world.wait(HOUR);
  t.deepEqual(world.entries, []);
  world.restart();
  t.deepEqual(world.store.recovered.damage, []);
  world.run(600, ["b"]);
  t.is(world.known("b"), 10);
});

test("a final file is written again when more than a quarter of it is of deleted series", (t) => {
  const world = new World();
  const paths = Array.from({ length: 20 }, (_, i) => `s${i}`);
  world.run(3 * HOUR, paths);
  world.wait(2 * DAY);
  const before = world.entries.map(({ file }) => file);
  const bytes = world.entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const numbers = paths.map((path) => world.series(path));
  world.store.writer.deleteSeries(numbers.slice(0, 4));
  world.wait(HOUR);
  t.deepEqual(
    world.entries.map(({ file }) => file),
    before,
  );
  world.store.writer.deleteSeries(numbers.slice(4, 8));
  world.store.settle();
  // Not looked at yet: the next start knows it from the files and the catalogue alone.
  world.restart("kill");
  world.wait(HOUR);
  t.deepEqual(world.held(2), numbers.slice(8));
  t.true(world.entries.reduce((sum, entry) => sum + entry.bytes, 0) < bytes);
  t.true(world.entries.some(({ file }) => file.includes("-clean-1.")));
  for (const path of paths.slice(8)) t.is(world.known(path), 180, path);
  world.restart();
  t.deepEqual(world.store.recovered.damage, []);
  t.is(world.store.recovered.orphans, 0);
  for (const path of paths.slice(8)) t.is(world.known(path), 180, path);
});

test("what could not be cleaned on a full disk is cleaned when there is room", (t) => {
  const world = new World();
  const paths = Array.from({ length: 20 }, (_, i) => `s${i}`);
  world.run(3 * HOUR, paths);
  world.wait(2 * DAY);
  const numbers = paths.map((path) => world.series(path));
  world.store.writer.deleteSeries(numbers.slice(0, 10));
  world.store.settle({ merges: false });
  world.files.isFull = true;
  // There is a look at it every few seconds, and a try every minute.
  for (let i = 0; i < 30; i++) {
    world.seconds += 10;
    world.store.settle();
  }
  t.truthy(world.store.merger.failure);
  t.deepEqual(world.held(2), numbers);
  world.files.isFull = false;
  world.wait(HOUR);
  t.is(world.store.merger.failure, null);
  t.deepEqual(world.held(2), numbers.slice(10));
});

test("cleaning keeps every bucket of every tier as it was, bit by bit", (t) => {
  const world = new World();
  const plan: Plan = { ...PLAN, mode: GAUGE };
  const kept = world.series("kept", plan);
  const gone = world.series("gone", plan);
  for (let i = 0; i < 1440; i++) {
    for (const series of [kept, gone]) {
      for (let n = 0; n < 3; n++) {
        world.store.writer.point(series, world.seconds, Math.sin(i * 3 + n) * 1000, 0, -1);
      }
    }
    world.seconds += 60;
    if (i % 10 === 0) world.store.settle();
  }
  world.wait(20 * DAY);
  const buckets = (): unknown =>
    [0, 1].map((tier) => {
      const columns = world.store.readBuckets(kept, tier, START, START + 2 * DAY);
      return columns.columns().map(([, values]) => [...values]);
    });
  const before = buckets();
  world.store.writer.deleteSeries([gone]);
  world.wait(HOUR);
  t.true(world.store.merger.cleanedFiles > 0);
  t.deepEqual(world.held(), [kept]);
  t.deepEqual(buckets(), before);
});

test("a delete is one record, in order and with its series, and a bad one is an error", (t) => {
  const world = new World();
  world.run(60, ["a", "b", "c", "d"]);
  world.store.writer.deleteSeries([3, 0, 2]);
  world.store.settle();
  t.deepEqual(
    [0, 1, 2, 3].map((series) => world.store.names.isLive(series)),
    [false, true, false, false],
  );
  world.restart();
  t.deepEqual(
    [0, 1, 2, 3].map((series) => world.store.names.isLive(series)),
    [false, true, false, false],
  );
  t.true(world.store.view.series.isDeleted(3));
  t.false(world.store.view.series.isDeleted(1));
});
