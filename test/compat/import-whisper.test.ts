import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import { whisperPathOf } from "../../compat/whisper/series-path.ts";
import { writeWhisper } from "../../compat/whisper/write-whisper.ts";
import type { Retention } from "../../src/model/retention.ts";
import type { Environment } from "../../src/storage/environment.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { temporaryFolder } from "../server.ts";
import { differences, env, files, NOW, openStore, problemsOf, run } from "./imported-tree.ts";
import { isWithoutWhisper, makeWhisperFiles } from "./whisper-oracle.ts";

const DAY = 86_400;

test("every fetch from an imported tree is that of whisper, bit for bit", async (t) => {
  if (isWithoutWhisper(t)) return;
  const tree = temporaryFolder();
  const data = temporaryFolder();
  const made = makeWhisperFiles(tree.path, 200, 2, NOW);
  const first = await run(tree.path, data.path);
  t.deepEqual(first.skipped, []);
  t.is(first.files, 200);
  t.is(first.newSeries, 200);
  t.is(first.changed, first.points);
  t.log(`${first.points} points`);
  t.true(first.points > 5000);
  const store = openStore(data.path);
  t.deepEqual(differences(store, made), []);
  t.deepEqual(problemsOf(data.path), []);

  // Once more, and nothing changes.
  const before = readFileSync(join(data.path, "manifest"));
  const again = await run(tree.path, data.path);
  t.like(again, { files: 200, newSeries: 0, changed: 0, points: first.points });
  t.deepEqual(readFileSync(join(data.path, "manifest")), before);
  t.like(await run(tree.path, data.path, {}, true), { changed: 0, points: first.points });

  // Also when everything that can be merged is.
  const later = openStore(data.path);
  later.settle();
  t.deepEqual(differences(later, made), []);
  tree.remove();
  data.remove();
});

interface Archive {
  step: number;
  points: number;
  /** By number of the place, 0 for the newest. */
  valueAt: (place: number) => number;
}

/** Writes the file of a series. */
function put(tree: string, name: string, archives: Archive[], method = "average" as const): void {
  const found = whisperPathOf(name);
  if ("problem" in found) throw new Error(found.problem);
  const path = join(tree, found.path);
  mkdirSync(dirname(path), { recursive: true });
  writeWhisper(path, { method, xFilesFactor: 0.5, archives }, (i) => {
    const { step, points, valueAt } = archives[i]!;
    const firstSlot = Math.floor(NOW / step) - points + 1;
    const values = Float64Array.from({ length: points }, (_, n) => valueAt(points - 1 - n));
    return { firstSlot, values };
  });
}

const minutes = (valueAt: (place: number) => number, points = 60): Archive => ({
  step: 60,
  points,
  valueAt,
});

test("names come from paths, and those of tagged series from their hashes", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  const tagged = "disk.used;dc=a.b;host=web01";
  for (const name of ["servers.web01.cpu", tagged, "lost;a=b"])
    put(tree.path, name, [minutes(() => 1)]);
  const readable = join(tree.path, "_tagged/123/456/disk_DOT_free;host=web01.wsp");
  mkdirSync(dirname(readable), { recursive: true });
  const source = whisperPathOf(tagged);
  cpSync(join(tree.path, "path" in source ? source.path : ""), readable);
  writeFileSync(join(tree.path, "notes.txt"), "not for us");
  const hash = (whisperPathOf(tagged) as { path: string }).path.split("/").at(-1)!.slice(0, 64);
  const taggedNames = new Map([[hash, tagged]]);
  const done = await run(tree.path, data.path, { taggedNames, prefix: "old" });
  const { names } = openStore(data.path);
  t.deepEqual(names.paths(10).sort(), [
    "old.disk.free;host=web01",
    `old.${tagged}`,
    "old.servers.web01.cpu",
  ]);
  t.is(done.skipped.length, 1);
  t.regex(done.skipped[0]!, /hashed and not in --tagged-names/);
  tree.remove();
  data.remove();
});

test("what cannot be imported is named, and takes nothing with it", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  for (const name of ["a", "b", "c", "d"]) put(tree.path, name, [minutes((place) => place)]);
  truncateSync(join(tree.path, "a.wsp"), 100);
  truncateSync(join(tree.path, "b.wsp"), 0);
  writeFileSync(
    join(tree.path, "c.wsp"),
    "whisper_compressed and so on and on, for a while longer",
  );
  writeFileSync(join(tree.path, "bad\u0001name.wsp"), "");
  const done = await run(tree.path, data.path);
  t.deepEqual(done.skipped, [
    "a.wsp: it is cut off: 100 bytes instead of 748",
    "b.wsp: it is empty",
    "bad\u0001name.wsp: name-has-control-characters",
    "c.wsp: it is compressed by go-carbon: convert it with go-carbon's tools to standard whisper first",
  ]);
  t.is(done.files, 1);
  t.deepEqual(openStore(data.path).names.paths(10), ["d"]);
  tree.remove();
  data.remove();
});

test("a file that has changed since is imported where it has", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  put(tree.path, "a", [minutes((place) => place)]);
  put(tree.path, "b", [minutes((place) => place)]);
  await run(tree.path, data.path);
  put(tree.path, "a", [minutes((place) => (place === 3 ? -1 : place))]);
  const verified = await run(tree.path, data.path, {}, true);
  t.deepEqual(verified.missing, ["a.wsp"]);
  // Two hours are a stretch: the points since 22:00.
  t.like(await run(tree.path, data.path), { points: 120, changed: 16 });
  const store = openStore(data.path);
  const read = store.read("a", NOW - 3600, NOW)!;
  t.deepEqual([...read.values].slice(-5), [4, -1, 2, 1, 0]);
  tree.remove();
  data.remove();
});

class Killed extends Error {}

test("time goes on between two imports, and what stays in a file changes nothing", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  const archive = (step: number, points: number): Archive => ({
    step,
    points,
    valueAt: (place) => (place * 7919) % 1000,
  });
  put(tree.path, "a", [archive(10, 360), archive(60, 1440), archive(600, 1440)]);
  // Minutes stand in for slots of ten seconds, and ten minutes for buckets of five.
  const kept = {
    retentionsOf: () => retentions([10, 6 * 3600], [300, 30 * DAY], [3600, 365 * DAY]),
  };
  await run(tree.path, data.path, kept);
  for (const later of [10, 70, 700]) {
    const options = { ...kept, now: NOW + later };
    t.like(await run(tree.path, data.path, options), { changed: 0 }, `${later} s later`);
    t.like(await run(tree.path, data.path, options, true), { changed: 0 });
  }
  tree.remove();
  data.remove();
});

test("an import that is killed at any write goes on where it was", async (t) => {
  const tree = temporaryFolder();
  const places = 200;
  for (let i = 0; i < 150; i++) {
    put(tree.path, `s${i}`, [
      minutes((place) => (place * (i + 1)) % 1000, places),
      { step: 600, points: 300, valueAt: (place) => (place + i) % 7 },
    ]);
  }
  // Three commits; the kills are spread over all writes.
  const batchSeries = 50;
  let writes = 0;
  const counting = (limit: number): Environment => {
    writes = 0;
    const step = (): void => {
      if (++writes > limit) throw new Killed();
    };
    const limited = {
      ...files,
      append(file: number, bytes: Uint8Array) {
        step();
        files.append(file, bytes);
      },
      rename(from: string, to: string) {
        step();
        files.rename(from, to);
      },
      // A process that is gone does not clean up.
      close(file: number) {
        if (writes <= limit) files.close(file);
      },
      unlink(path: string) {
        if (writes > limit) throw new Killed();
        files.unlink(path);
      },
    };
    return { ...env, files: limited };
  };
  const whole = temporaryFolder();
  const { points } = await run(tree.path, whole.path, { batchSeries }, false, counting(1e9));
  const all = writes;
  t.true(all > 40);
  let resumed = 0;
  for (let i = 1; i <= 5; i++) {
    const data = temporaryFolder();
    const limit = Math.floor((all * i) / 6);
    await t.throwsAsync(run(tree.path, data.path, { batchSeries }, false, counting(limit)), {
      instanceOf: Killed,
    });
    const rest = await run(tree.path, data.path, { batchSeries });
    t.is(rest.points, points);
    if (rest.changed < points) resumed++;
    t.like(await run(tree.path, data.path, {}, true), { points, changed: 0 });
    t.deepEqual(problemsOf(data.path), []);
    t.is(openStore(data.path).names.count, 150);
    data.remove();
  }
  t.true(resumed > 1 && resumed < 5);
  whole.remove();
  tree.remove();
});

const retentions = (...list: [step: number, seconds: number][]): Retention[] =>
  list.map(([step, seconds]) => ({ step, seconds }));

test("another retention than the file's gets each archive where it fits", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  // Five minutes for a day, and hours for a month; the store is to have minutes, half hours and days.
  const archives = [
    { step: 300, points: 288, valueAt: (place: number) => place % 6 },
    { step: 3600, points: 720, valueAt: (place: number) => 1000 + place },
  ];
  put(tree.path, "a", archives);
  const wanted = retentions([60, 2 * DAY], [1800, 10 * DAY], [DAY, 100 * DAY]);
  const done = await run(tree.path, data.path, { retentionsOf: () => wanted });
  t.deepEqual(done.skipped, []);
  const store = openStore(data.path);
  const read = (tier: number, from: number, until: number): number[] => [
    ...store.readTier("a", tier, from, until, { method: "average", xFilesFactor: 0.5 })!.values,
  ];
  const five = Math.floor(NOW / 300) * 300;
  t.deepEqual(read(0, five - 300, five + 60), [1, NaN, NaN, NaN, NaN, 0]);
  // Joined from the five minutes where those reach, from the hours before.
  const half = Math.floor(NOW / 1800) * 1800;
  const place = (five - half) / 300;
  const six = [0, 1, 2, 3, 4, 5].map((i) => (place + 6 - i) % 6);
  t.is(six.length, 6);
  t.deepEqual(read(1, half - 1800, half), [2.5]);
  const old = Math.floor(NOW / 3600) * 3600 - 5 * DAY;
  t.deepEqual(read(1, old, old + 3600), [1000 + 120, Number.NaN]);
  const day = Math.floor(NOW / DAY) * DAY - 3 * DAY;
  const hoursAgo = (Math.floor(NOW / 3600) * 3600 - day) / 3600;
  t.deepEqual(read(2, day, day + DAY), [1000 + hoursAgo - 11.5]);
  tree.remove();
  data.remove();
});

test("a series that exists keeps its plans and what it has received", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  const store = openStore(data.path);
  const tiers = [
    { step: 60, retention: DAY, lambda: 0 },
    { step: 600, retention: 30 * DAY, lambda: 0 },
  ];
  const plan = store.writer.planNumber({ mode: REPLACE, tiers });
  const series = store.writer.createSeries("a", plan);
  const slot = Math.floor(NOW / 60) - 2;
  store.writer.point(series, slot * 60, -7, 0, -1);
  store.writer.flush();
  store.settle();
  put(tree.path, "a", [minutes((place) => place), { step: 3600, points: 48, valueAt: () => 5 }]);
  const done = await run(tree.path, data.path);
  t.is(done.newSeries, 0);
  const after = openStore(data.path);
  t.deepEqual([...after.read("a", NOW - 240, NOW)!.values], [3, -7, 1, 0]);
  t.is(after.view.series.planOf[series], plan);
  tree.remove();
  data.remove();
});

test("since, and a glob, choose what is imported", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  for (const name of ["a.x", "a.y", "b.x"]) put(tree.path, name, [minutes((place) => place)]);
  const since = NOW - 600;
  const matches = (name: string): boolean => name.startsWith("a.");
  const done = await run(tree.path, data.path, { since, matches });
  t.like(done, { files: 2, points: 20, newSeries: 2 });
  rmSync(tree.path, { recursive: true });
  data.remove();
});
