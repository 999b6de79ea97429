import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import test from "ava";
import { tagHashOf } from "../../../compat/whisper/series-path.ts";
import { parseTagExpression } from "../../../src/model/tag-expression.ts";
import { AllNames } from "../../../src/query/outside/all-names.ts";
import { NameIndex } from "../../../src/storage/index/name-index.ts";
import { GAUGE } from "../../../src/storage/plan.ts";
import { hexOf, isWithoutWhisper, makeWhisperFiles } from "../../compat/whisper-oracle.ts";
import { type Archive, NOW, TreeWorld, timesOf } from "./tree-world.ts";

const HOUR = 3600;
const DAY = 86_400;
/** The newest whole minute. */
const MINUTE = Math.floor(NOW / 60) * 60;

const minutes = (valueAt: (time: number) => number, points = 1440): Archive => ({
  step: 60,
  points,
  valueAt,
});

test("what a tree answers is what whisper fetches, bit for bit", async (t) => {
  if (isWithoutWhisper(t)) return;
  const world = new TreeWorld();
  const made = makeWhisperFiles(world.tree, 60, 7, NOW);
  world.scan();
  const wrong: string[] = [];
  let fetches = 0;
  for (const [i, { header, fetches: asked }] of made.entries()) {
    const leaves = await world.source.find(`f${i}`, null, 10);
    t.is(leaves.length, 1);
    for (const { from, until, result } of asked) {
      const [read] = await world.source.fetch(leaves, { from, until, now: NOW }, 1e6);
      const got = read && {
        start: read.start,
        end: read.end,
        step: read.step,
        values: Array.from(read.values, hexOf),
      };
      fetches++;
      if (JSON.stringify(got ?? null) !== JSON.stringify(result)) {
        wrong.push(`${i} ${JSON.stringify(header)} ${from} ${until}`);
      }
      t.is(read?.method ?? header.method, header.method as "average");
    }
  }
  t.deepEqual(wrong, []);
  t.true(fetches > 400);
  t.deepEqual(world.problems, []);
  world.remove();
});

test("where both have a slot ours counts, and else either", async (t) => {
  const world = new TreeWorld();
  world.file("web.cpu", [minutes((time) => (time % 180 === 0 ? Number.NaN : time % 1000))]);
  const ours = timesOf(60, MINUTE - HOUR, MINUTE).filter((time) => time % 120 === 0);
  world.series(
    "web.cpu",
    60,
    ours.map((time) => [time, -1]),
  );
  world.scan();
  const found = await world.source.find("web.*", null, 10);
  t.is(found.length, 1);
  t.true(found[0]!.series < 1000);
  const answer = await world.values("web.cpu", MINUTE - 2 * HOUR);
  const expected = new Map<number, number>();
  for (const time of timesOf(60, MINUTE - 2 * HOUR, MINUTE)) {
    if (time > MINUTE - HOUR && time % 120 === 0) expected.set(time, -1);
    else if (time % 180 !== 0) expected.set(time, time % 1000);
  }
  t.deepEqual(answer, { step: 60, values: expected });
  world.remove();
});

test("of two steps the coarser one answers as far as both have something, else the own one", async (t) => {
  const world = new TreeWorld();
  const half = MINUTE - 12 * HOUR;
  world.file("a", [minutes((time) => (time < half ? 5 : Number.NaN))]);
  world.series(
    "a",
    10,
    timesOf(10, half - 10, MINUTE).map((time) => [time, time % 60]),
  );
  world.scan();
  const both = (await world.values("a", half - HOUR, half + HOUR))!;
  t.is(both.step, 60);
  t.is(both.values.size, 120);
  t.is(both.values.get(half - 60), 5);
  // The mean of 0, 10, … 50.
  t.is(both.values.get(half + 60), 25);
  t.is((await world.values("a", half + HOUR, half + 2 * HOUR))!.step, 10);
  const old = (await world.values("a", half - 2 * HOUR, half - HOUR))!;
  t.deepEqual([old.step, old.values.size], [60, 60]);
  // What neither keeps is not answered, and what one keeps is.
  t.is(await world.values("a", NOW - 200 * DAY, NOW - 190 * DAY), null);
  world.remove();
});

test("coarser buckets of a tree join with ours", async (t) => {
  const world = new TreeWorld();
  const hours: Archive = { step: 3600, points: 24 * 30, valueAt: (time) => time / 3600 };
  world.file("a", [minutes(() => 1, 60 * 24), hours], "max");
  const begin = Math.floor(NOW / HOUR) * HOUR - 5 * HOUR;
  world.series(
    "a",
    60,
    timesOf(60, begin - 60, begin + 2 * HOUR - 60).map((time) => [time, 7]),
  );
  world.scan();
  const answer = (await world.values("a", NOW - 10 * DAY))!;
  t.is(answer.step, 3600);
  const other = timesOf(3600, NOW - 10 * DAY, NOW).map((time): [number, number] => [
    time,
    time / 3600,
  ]);
  const expected = new Map(other).set(begin, 7).set(begin + HOUR, 7);
  t.deepEqual(answer.values, expected);
  world.remove();
});

test("another statistic than a file has is none, but what it has stands in for a consolidation", async (t) => {
  const world = new TreeWorld();
  const hours: Archive = { step: 3600, points: 24 * 30, valueAt: (time) => time / 3600 };
  world.file("a", [minutes(() => 1), hours], "average");
  world.scan();
  const leaves = await world.source.find("a", null, 1);
  const window = {
    from: NOW - 10 * DAY,
    until: NOW - 9 * DAY,
    now: NOW,
    statistic: "max",
  } as const;
  const [shown] = await world.source.fetch(leaves, window, 1e6);
  t.is(shown!.values[0], shown!.start / 3600);
  t.is(shown!.method, "max");
  const [exact] = await world.source.fetch(leaves, { ...window, isExact: true }, 1e6);
  t.true(exact!.values.every(Number.isNaN));
  world.remove();
});

test("names are those of both, each once", async (t) => {
  const world = new TreeWorld();
  for (const name of ["a.b", "a.c.d", "z"]) world.file(name, [minutes(() => 1)]);
  for (const name of ["a.b", "a.c", "b.x"]) world.series(name, 60, []);
  world.scan();
  const nodes = await world.source.find("a.*", null, 10);
  t.deepEqual(
    nodes.map(({ path, isLeaf }) => `${path} ${isLeaf ? "leaf" : "branch"}`),
    ["a.b leaf", "a.c branch", "a.c leaf"],
  );
  t.deepEqual(await world.source.allPaths(10), ["a.b", "a.c", "a.c.d", "b.x", "z"]);
  await t.throwsAsync(world.source.allPaths(4), { code: "ERR_LIMIT_SERIES" });
  await t.throwsAsync(world.source.find("**", null, 3), { code: "ERR_LIMIT_SERIES" });
  // A name that is both is one name.
  t.is((await world.source.find("**", null, 7)).length, 8);
  const facts = world.source.factsOf((await world.source.find("z", null, 1))[0]!);
  t.like(facts, { method: "average", xFilesFactor: 0.5, mode: "replace" });
  t.like(facts.tiers, [{ step: 60, retention: DAY }]);
  world.remove();
});

test("pages for people look through the names of both", async (t) => {
  const world = new TreeWorld();
  for (const name of ["web.a.load", "web.b.load", "db.only.one.load"]) {
    world.file(name, [minutes(() => 1)]);
  }
  for (const name of ["web.a.load", "web.c.load.short", "x"]) world.series(name, 60, []);
  world.scan();
  const { source } = world;
  const rows = async (path: string, offset = 0, limit = 10): Promise<string[]> =>
    (await source.level(path, offset, limit)).nodes.map(
      ({ text, path: whole, isLeaf, isBranch }) =>
        `${text} ${whole} ${isLeaf ? "leaf" : ""}${isBranch ? "branch" : ""}`,
    );
  t.deepEqual(await rows(""), [
    "db.only.one.load db.only.one.load leaf",
    "web web branch",
    "x x leaf",
  ]);
  t.deepEqual(await rows("web"), [
    "a.load web.a.load leaf",
    "b.load web.b.load leaf",
    "c.load.short web.c.load.short leaf",
  ]);
  t.deepEqual(await rows("web", 1, 1), ["b.load web.b.load leaf"]);
  t.is((await source.level("web", 1, 1)).total, 3);
  const found = source.search("load", 10);
  t.like(found, { total: 4, isComplete: true });
  const all = source.search("web.a.l", 10);
  t.deepEqual(all.hits, [{ name: "web.a.load", isLeaf: true, below: 0 }]);
  t.true(all.isComplete);
  t.is(source.search("load", 2).hits.length, 2);
  world.remove();
});

test("tagged series are those of both; one whose file bears a hash is found by its name", async (t) => {
  const disk = "disk;dc=b;host=web02";
  const world = new TreeWorld(new Map([[tagHashOf(disk), disk]]));
  const cpu = "cpu;dc=a;host=web01";
  const hidden = "mem;dc=a;host=web01";
  for (const name of [disk, cpu, hidden]) world.file(name, [minutes(() => 3)]);
  world.series(cpu, 60, [[MINUTE, 4]]);
  world.series(disk, 60, []);
  world.series("net;dc=a", 60, []);
  world.scan();
  const find = async (...texts: string[]): Promise<string[]> =>
    (await world.source.findByTags(texts.map(parseTagExpression), null, 10)).map(
      ({ path }) => path,
    );
  t.deepEqual(await find("dc=~.+"), [cpu, disk, "net;dc=a"]);
  t.deepEqual(await find("host=web02"), [disk]);
  const { tags } = world.source;
  t.deepEqual(tags.tags("", 10), ["dc", "host", "name"]);
  t.deepEqual(tags.values("dc", "", 10), ["a", "b"]);
  t.deepEqual(tags.values("dc", "", 1), ["a"]);
  t.deepEqual(tags.valuesOf("host", [parseTagExpression("dc=b")], "", 10), ["web02"]);
  t.deepEqual(tags.tagsOf([parseTagExpression("dc=b")], "", 10), ["host", "name"]);
  t.is(tags.seriesCount("dc", "b"), 1);
  t.is(tags.seriesCount("dc", "a"), 2);
  t.true(tags.idOf("dc") > 0);
  t.is(tags.idOf("nothing"), 0);
  // Nobody knows its name but who asks.
  t.is((await world.values(hidden, MINUTE - 600))?.values.size, 10);
  t.is((await world.source.find("mem;dc=b", null, 1)).length, 0);
  // Ours is known, and so its file is found.
  const both = (await world.values(cpu, MINUTE - 600))!;
  t.deepEqual(
    [both.values.size, both.values.get(MINUTE), both.values.get(MINUTE - 60)],
    [10, 4, 3],
  );
  world.remove();
});

test("a file that cannot be read is told of once, and the others are answered", async (t) => {
  const world = new TreeWorld();
  world.file("good", [minutes(() => 1)]);
  const old = new Date((NOW - DAY) * 1000);
  const broken: [string, (path: string) => void][] = [
    ["cut", (path) => truncateSync(path, 5000)],
    ["foreign", (path) => writeFileSync(path, "x".repeat(500))],
    ["empty", (path) => truncateSync(path, 0)],
    ["packed", (path) => writeFileSync(path, "whisper_compressed and more")],
  ];
  for (const [name, damage] of broken) {
    const path = world.file(name, [minutes(() => 1)]);
    damage(path);
    utimesSync(path, old, old);
  }
  const zipped = world.file("zipped", [minutes(() => 2)]);
  writeFileSync(`${zipped}.gz`, gzipSync(readFileSync(zipped)));
  rmSync(zipped);
  world.scan();
  const window = { from: MINUTE - HOUR, until: NOW, now: NOW };
  for (let round = 0; round < 2; round++) {
    const leaves = await world.source.find("*", null, 10);
    t.is(leaves.length, 6);
    const fetched = await world.source.fetch(leaves, window, 1e6);
    t.deepEqual(
      fetched.map(({ name, values }) => `${name} ${values[0]}`),
      ["good 1", "zipped 2"],
    );
    for (const leaf of leaves) t.true(world.source.factsOf(leaf).tiers.length > 0);
  }
  t.deepEqual(world.problems.map((text) => text.split(":")[0]).sort(), [
    "cut.wsp",
    "empty.wsp",
    "foreign.wsp",
    "packed.wsp",
  ]);
  world.remove();
});

test("limits hold for what a tree answers", async (t) => {
  const world = new TreeWorld();
  world.file("a", [minutes(() => 1)]);
  world.scan();
  const leaves = await world.source.find("a", null, 1);
  const window = { from: NOW - DAY + 60, until: NOW, now: NOW };
  const many = world.source.fetch(leaves, window, 1000);
  await t.throwsAsync(many, { code: "ERR_LIMIT_DATAPOINTS" });
  const [few] = await world.source.fetch(leaves, { ...window, maxBuckets: 100 }, 1000);
  t.true(few!.values.length <= 100 && few!.values.length > 50);
  t.true(few!.values.every((value) => value === 1 || Number.isNaN(value)));
  world.remove();
});

test("buckets and merges are made of both", async (t) => {
  const world = new TreeWorld();
  world.file("sum.a", [minutes(() => 2)]);
  world.file("sum.b", [minutes(() => 10)]);
  world.series("sum.a", 60, [[MINUTE - 600, 100]], GAUGE);
  world.scan();
  const [leaf] = await world.source.find("sum.a", null, 1);
  const start = MINUTE - 1200;
  const grid = { start, end: MINUTE, step: 60, age: NOW - start };
  const buckets = world.source.buckets(leaf!, grid);
  t.is(buckets.count.length, 20);
  t.true(buckets.count.every((count) => count === 1));
  t.deepEqual([buckets.sum[0], buckets.sum[10]], [2, 100]);
  const leaves = await world.source.find("sum.*", null, 10);
  const window = { from: start, until: MINUTE, now: NOW, statistic: "sum" } as const;
  const [merged] = await world.source.fetchMerged([{ name: "sum", leaves }], window, 1e6);
  t.is(merged!.step, 60);
  const at = (MINUTE - 600 - merged!.start) / 60;
  t.deepEqual([merged!.values[0], merged!.values[at]], [12, 110]);
  world.remove();
});

test("what comes and goes in the tree changes the version of the names", (t) => {
  const world = new TreeWorld();
  const own = NameIndex.reserve(10);
  const names = new AllNames(own, [world.memory]);
  world.file("a", [minutes(() => 1)]);
  world.scan();
  const { version } = names;
  world.scan();
  t.is(names.version, version);
  world.file("b", [minutes(() => 1)]);
  world.scan();
  const next = names.version;
  t.true(next > version);
  // Not even its name is known, and yet there is something now.
  world.file("a;b=c", [minutes(() => 1)]);
  world.scan();
  t.true(names.version > next);
  const last = names.version;
  new NameIndex(own).add("x", 0);
  t.true(names.version > last);
  world.remove();
});
