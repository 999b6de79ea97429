import { mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { chooseSeries } from "../../../compat/export/choose-series.ts";
import { importTree, type TreeOptions, verifyTree } from "../../../compat/import/import-tree.ts";
import { exportStore } from "../../../compat/istatd/export-store.ts";
import { filedumpRow } from "../../../compat/istatd/filedump.ts";
import {
  AGGREGATE,
  COLLATED,
  HEADER,
  IstatdBuckets,
  TRAILING,
} from "../../../compat/istatd/format.ts";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { istatdSource } from "../../../compat/istatd/source-tree.ts";
import { istatdFileBytes } from "../../../compat/istatd/write-file.ts";
import { parseIstatRetention } from "../../../src/model/retention.ts";
import { OfflineImport } from "../../../src/storage/import/offline-import.ts";
import { OfflineStore } from "../../../src/storage/inspect/offline-store.ts";
import { bucketsOf } from "../../../src/storage/inspect/series-buckets.ts";
import { EVENT, GAUGE, type Mode, REPLACE } from "../../../src/storage/plan.ts";
import { property } from "../../property.ts";
import { temporaryFolder } from "../../server.ts";
import { env, openStore, problemsOf } from "../imported-tree.ts";
import { type GoldenCounter, goldenStores, newestOf, writeStore } from "./golden-store.ts";
import { eventFile, gaugeFile, gaugeSample, put, trailingFile } from "./made-store.ts";

const OPTIONS = {
  prefix: null,
  matches: () => true,
  retentionsOf: () => null,
  since: Number.NEGATIVE_INFINITY,
};

async function run(
  store: string,
  data: string,
  options: Partial<TreeOptions> & { now: number },
  isVerification = false,
): Promise<{
  points: number;
  changed: number;
  files: number;
  newSeries: number;
  empty: number;
  skipped: string[];
}> {
  const target = OfflineImport.open(env, data, 1000);
  const skipped: string[] = [];
  const events = {
    skipped: (path: string, reason: string) => skipped.push(`${path}: ${reason}`),
    missing: () => {},
    progress: () => {},
  };
  try {
    const all = { ...OPTIONS, ...options };
    const work = isVerification ? verifyTree : importTree;
    return { ...(await work(istatdSource(store), all, target, events)), skipped };
  } finally {
    await target.close();
  }
}

/** A bucket of a file as the store is to have it; the number of samples only where it is sure. */
type Expected = [time: number, sum: number, min: number, max: number, count: number | null];

function expectedOf(file: IstatdFile, now: number): Expected[] {
  const { interval, flags } = file.header;
  const [from, until] = file.reach;
  const slots = (until - from) / interval;
  const buckets = new IstatdBuckets(slots);
  file.read(from / interval, slots, buckets);
  const list: Expected[] = [];
  for (let i = 0; i < slots; i++) {
    const { time, sum, min, max, count } = buckets;
    const start = from + i * interval;
    if (time[i] === 0 || start <= now - file.ring * interval) continue;
    const isEvent = (flags & (COLLATED | AGGREGATE)) !== 0;
    list.push([start, sum[i]!, min[i]!, max[i]!, isEvent ? null : count[i]!]);
  }
  return list;
}

/** What `istatd_filedump` would show of a file's buckets that are not too old at `now`. */
function rowsOf(file: IstatdFile, now: number): string[] {
  const { interval } = file.header;
  const [from, until] = file.reach;
  const slots = (until - from) / interval;
  const buckets = new IstatdBuckets(slots);
  file.read(from / interval, slots, buckets);
  const rows: string[] = [];
  for (let i = 0; i < slots; i++) {
    const isKept = from + i * interval > now - file.ring * interval;
    // Events that add up to nothing are no events here.
    if ((file.header.flags & COLLATED) !== 0 && buckets.sum[i] === 0) buckets.count[i] = 0;
    if (buckets.time[i] !== 0 && isKept) rows.push(filedumpRow(buckets, i));
  }
  return rows;
}

function exportAll(store: OfflineStore, folder: string, now: number): string[] {
  const problems: string[] = [];
  const events = {
    skipped: (name: string, reason: string) => problems.push(`${name}: ${reason}`),
    progress: () => {},
  };
  const range = { now, from: 0, until: now + 1 };
  exportStore(store, chooseSeries(store, "**"), folder, range, events);
  return problems;
}

function foundOf(store: OfflineStore, name: string, tier: number, isSure: boolean): Expected[] {
  const series = store.names.seriesAt(name);
  return [...bucketsOf(store, series, tier, 0, Number.MAX_SAFE_INTEGER)].map(
    ({ time, sum, min, max, count }): Expected => [
      time,
      sum,
      Math.fround(min),
      Math.fround(max),
      isSure ? count : null,
    ],
  );
}

const stores = goldenStores();
const isPlain = ({ file }: GoldenCounter["levels"][number]): boolean =>
  (file.header.flags & TRAILING) === 0;

test("every bucket of every golden counter is imported, and exported as it was", async (t) => {
  let levels = 0;
  const out = temporaryFolder();
  for (const [fixture, all] of stores) {
    // A trailing level alone says nothing that could be kept.
    const counters = all.filter((counter) => counter.levels.some(isPlain));
    if (counters.length === 0) continue;
    const [tree, data] = [temporaryFolder(), temporaryFolder()];
    writeStore(tree.path, counters);
    const now = newestOf(counters);
    const first = await run(tree.path, data.path, { now });
    t.deepEqual(first.skipped, [], fixture);
    const store = OfflineStore.open(env, data.path);
    for (const counter of counters) {
      const plain = counter.levels
        .filter(isPlain)
        .sort((a, b) => a.file.header.interval - b.file.header.interval);
      if (plain.every(({ file }) => expectedOf(file, now).length === 0)) {
        // As parents of counters are: there are files, and nothing in them.
        t.is(first.empty, 1, fixture);
        t.is(store.names.seriesAt(counter.name), -1);
        continue;
      }
      const { mode, tiers } = store.reader.planOf(store.names.seriesAt(counter.name));
      t.is(mode, plain.some(({ file }) => file.header.flags !== 0) ? EVENT : GAUGE, fixture);
      t.is(tiers.filter(({ lambda }) => lambda !== 0).length, counter.levels.length - plain.length);
      plain.forEach(({ file }, tier) => {
        levels++;
        const expected = expectedOf(file, now);
        const found = foundOf(store, counter.name, tier, mode === GAUGE);
        t.deepEqual(found, expected, `${fixture} ${counter.name} ${tier}`);
      });
    }
    if (first.newSeries > 0)
      t.deepEqual(exportAll(store, join(out.path, fixture), now), [], fixture);
    for (const { name, levels: files } of counters) {
      for (const { level, file } of files.filter(isPlain)) {
        if (rowsOf(file, now).length === 0) continue;
        const back = IstatdFile.open(join(out.path, fixture, ...name.split("."), level));
        t.deepEqual(rowsOf(back, now), rowsOf(file, now), `${fixture} ${name} ${level}`);
        t.like(back.header, {
          interval: file.header.interval,
          flags: file.header.flags,
          fixedCount: file.header.fixedCount,
          version: 8,
        });
        back.close();
      }
    }
    store.close();
    t.deepEqual(problemsOf(data.path), [], fixture);
    // Once more, and nothing changes; and it is all there.
    t.like(await run(tree.path, data.path, { now }), { changed: 0, points: first.points });
    t.like(await run(tree.path, data.path, { now }, true), { changed: 0, points: first.points });
    for (const folder of [tree, data]) folder.remove();
  }
  out.remove();
  t.is(levels, 32);
});

const NOW = 1_700_000_123;
const DAY = 86_400;
/** Where 1500 buckets of ten seconds begin. */
const T = Math.floor(NOW / 10) * 10 - 14_990;

/** Files of a counter of each kind: ten seconds for the newest 512 buckets, five minutes for more. */
function makeStore(folder: string): void {
  const times = Array.from({ length: 1500 }, (_, i) => T + i * 10);
  const samples = times
    .filter((_, i) => i % 7 !== 3)
    .map((time) => gaugeSample(time, (time % 97) / 4));
  put(folder, "app.load", "10s", gaugeFile(10, samples));
  put(folder, "app.load", "5m", gaugeFile(300, samples));
  const rates = times.map((time, i): [number, number] => [time, i % 5 === 0 ? 0 : (time % 13) / 8]);
  put(folder, "app.hits", "10s", eventFile(10, 10, rates.slice(-400)));
  put(folder, "app.hits", "5m", eventFile(300, 10, rates));
}

test("random buckets are written so that they are read as they were", (t) => {
  const bucket = fc.record({
    slot: fc.integer({ min: 0, max: 511 }),
    values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), {
      minLength: 1,
      maxLength: 4,
    }),
  });
  property(
    t,
    [fc.uniqueArray(bucket, { selector: ({ slot }) => slot, minLength: 1, maxLength: 60 })],
    (list) => {
      const start = Math.floor(NOW / 10 - 511) * 10;
      const samples = [...list]
        .sort((a, b) => a.slot - b.slot)
        .flatMap(({ slot, values }) => values.map((one) => gaugeSample(start + slot * 10, one)));
      const bytes = gaugeFile(10, samples);
      const file = IstatdFile.of(bytes);
      return JSON.stringify(rowsOf(file, NOW)) === JSON.stringify(rowsOf(again(file), NOW));
    },
    { numRuns: 60 },
  );
});

/** A file written anew of what was read. */
function again(file: IstatdFile): IstatdFile {
  const { interval, flags, fixedCount } = file.header;
  const [from] = file.reach;
  const buckets = new IstatdBuckets(file.ring + 1);
  file.read(from / interval, file.ring + 1, buckets);
  const samples = [...buckets.time.keys()]
    .filter((i) => buckets.time[i] !== 0)
    .map((i) => ({
      time: buckets.time[i]!,
      sum: buckets.sum[i]!,
      sumSq: buckets.sumSq[i]!,
      min: buckets.min[i]!,
      max: buckets.max[i]!,
      count: buckets.count[i]!,
    }));
  const contents = { interval, buckets: file.ring, flags, fixedCount };
  return IstatdFile.of(istatdFileBytes(contents, samples));
}

test("a store of wrapped files goes in and out, whatever stands in it", async (t) => {
  const [tree, data, out] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  makeStore(tree.path);
  const first = await run(tree.path, data.path, { now: NOW });
  t.deepEqual(first.skipped, []);
  t.is(first.files, 4);
  const store = OfflineStore.open(env, data.path);
  t.deepEqual(exportAll(store, out.path, NOW), []);
  for (const path of ["app/load/10s", "app/load/5m", "app/hits/10s", "app/hits/5m"]) {
    const [before, after] = [tree, out].map(({ path: root }) => IstatdFile.open(join(root, path)));
    t.true(rowsOf(before!, NOW).length > 40);
    // Of five minutes that are not over, those to come count as idle.
    const end = path === "app/hits/5m" ? -1 : undefined;
    t.deepEqual(rowsOf(after!, NOW).slice(0, end), rowsOf(before!, NOW).slice(0, end), path);
    for (const file of [before, after]) file!.close();
  }
  // Of ten-second rates that are still there it is known how many a bucket has.
  const hits = store.names.seriesAt("app.hits");
  const counts = [...bucketsOf(store, hits, 1, 0, NOW)].map(({ count }) => count);
  t.is(counts[0], 30);
  t.is(counts.at(-1), 3);
  store.close();
  // What is exported comes in again as the same.
  const copy = temporaryFolder();
  await run(out.path, copy.path, { now: NOW });
  t.like(await run(tree.path, copy.path, { now: NOW }, true), { changed: 0, points: first.points });
  t.deepEqual(problemsOf(data.path), []);
  for (const folder of [tree, data, out, copy]) folder.remove();
});

test("another retention than the files' gets each level where it fits", async (t) => {
  const [tree, data] = [temporaryFolder(), temporaryFolder()];
  makeStore(tree.path);
  const retentionsOf = (): ReturnType<typeof parseIstatRetention> =>
    parseIstatRetention("30s:10d,5m:1y,1h:6y,5m:7d:week:0.9");
  await run(tree.path, data.path, { now: NOW, retentionsOf });
  const store = OfflineStore.open(env, data.path);
  const sum = (name: string, tier: number): number => {
    const series = store.names.seriesAt(name);
    return [...bucketsOf(store, series, tier, 0, NOW)].reduce((all, one) => all + one.sum, 0);
  };
  for (const name of ["app.load", "app.hits"]) {
    t.is(store.reader.planOf(store.names.seriesAt(name)).tiers.length, 4);
    // Both coarser tiers have all that five minutes have.
    t.true(Math.abs(sum(name, 1) / sum(name, 2) - 1) < 1e-12, name);
  }
  // Three rates of ten seconds are one of thirty.
  const rates = rowsOf(IstatdFile.open(join(tree.path, "app/hits/10s")), NOW);
  const total = rates.reduce((all, row) => all + Number(row.split(",")[1]), 0);
  t.true(Math.abs(sum("app.hits", 0) * 3 - total) < 1e-9);
  store.close();
  t.like(await run(tree.path, data.path, { now: NOW, retentionsOf }), { changed: 0 });
  t.deepEqual(problemsOf(data.path), []);
  for (const folder of [tree, data]) folder.remove();
});

test("a series that exists takes what fits its mode, and keeps what it has received", async (t) => {
  const [tree, data] = [temporaryFolder(), temporaryFolder()];
  makeStore(tree.path);
  put(tree.path, "app.other", "10s", gaugeFile(10, [gaugeSample(T, 1)]));
  const store = openStore(data.path);
  const plan = (mode: Mode): number =>
    store.writer.planNumber({
      mode,
      tiers: [
        { step: 10, retention: DAY, lambda: 0 },
        { step: 300, retention: 30 * DAY, lambda: 0 },
      ],
    });
  const at = NOW - (NOW % 10) - 60;
  store.writer.point(store.writer.createSeries("app.load", plan(REPLACE)), at, 1000, 0, -1);
  store.writer.createSeries("app.hits", plan(GAUGE));
  store.writer.createSeries("app.other", plan(EVENT));
  store.writer.flush();
  store.settle();
  const { skipped, points } = await run(tree.path, data.path, { now: NOW });
  t.deepEqual(skipped, [
    "app/hits: it is an event counter, and the series a gauge",
    "app/other: it is a gauge, and the series an event counter",
  ]);
  t.true(points > 400);
  const read = OfflineStore.open(env, data.path);
  const values = [...bucketsOf(read, read.names.seriesAt("app.load"), 0, 0, NOW)];
  t.is(values.find(({ time }) => time === at)!.last, 1000);
  t.is(values.at(-1)!.last, (values.at(-1)!.time % 97) / 4);
  t.is(values[0]!.last, (values[0]!.time % 97) / 4);
  read.close();
  for (const folder of [tree, data]) folder.remove();
});

test("what is no counter is named, and takes nothing with it", async (t) => {
  const [tree, data] = [temporaryFolder(), temporaryFolder()];
  makeStore(tree.path);
  const good = gaugeFile(10, [gaugeSample(T, 1)]);
  put(tree.path, "Odd.NAME", "10s", good);
  put(tree.path, "a;host=b", "10s", good);
  put(tree.path, "only.trailing", "5m", trailingFile(300, 7 * DAY, 0.9));
  put(tree.path, "season", "10s", good);
  put(tree.path, "season", "ret-7d", trailingFile(300, 7 * DAY, 0.9));
  put(tree.path, "cut", "10s", good);
  truncateSync(join(tree.path, "cut/10s"), 10_000);
  put(tree.path, "half", "10s", good);
  put(tree.path, "half", "notes.txt", Buffer.from("by hand"));
  put(tree.path, "empty", "10s", Buffer.alloc(0));
  mkdirSync(join(tree.path, ".hidden"));
  writeFileSync(join(tree.path, ".hidden/10s"), good);
  writeFileSync(join(tree.path, "README"), "a store");
  const { skipped, newSeries } = await run(tree.path, data.path, { now: NOW });
  t.deepEqual(skipped.sort(), [
    ".: files that belong to no counter",
    "cut: 10s: it is cut off: 10000 bytes instead of 24576",
    "empty: 10s: it is empty",
    "half/notes.txt: it is no StatFile of istatd",
    "only/trailing: it has trailing levels only",
  ]);
  t.is(newSeries, 6);
  const store = OfflineStore.open(env, data.path);
  for (const name of ["odd.name", "a;host=b", "season", "half"]) {
    t.true(store.names.seriesAt(name) >= 0, name);
  }
  t.deepEqual(store.reader.planOf(store.names.seriesAt("season")).tiers, [
    { step: 10, retention: 5120, lambda: 0 },
    { step: 300, retention: 7 * DAY, lambda: 0.9 },
  ]);
  t.deepEqual(exportNames(store), ["a;host=b", "app", "half", "odd", "season"]);
  store.close();
  for (const folder of [tree, data]) folder.remove();
});

function exportNames(store: OfflineStore): string[] {
  const out = temporaryFolder();
  exportAll(store, out.path, NOW);
  const names = readdirSync(out.path).sort();
  out.remove();
  return names;
}

test("files of any header and any buckets are imported or refused, and nothing else happens", async (t) => {
  const tree = temporaryFolder();
  const whole = goldenStores().get("03_gauge_wraparound")![0]!.levels[0]!.golden.bytes;
  const number = fc.oneof(
    fc.integer({ min: -3, max: 700 }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const field = fc.constantFrom(...Object.values(HEADER).filter((at) => at !== HEADER.name));
  const changes = fc.array(fc.tuple(field, number), { minLength: 1, maxLength: 3 });
  const noise = fc.uint8Array({ minLength: 0, maxLength: 640 });
  await fc.assert(
    fc.asyncProperty(changes, noise, fc.nat(400), async (list, bytes, place) => {
      const file = Buffer.from(whole);
      file.set(bytes, 8192 + place * 32);
      for (const [at, value] of list) {
        const big = BigInt.asIntN(64, BigInt(value));
        if (at < HEADER.pageBytes) file.writeInt32LE(Number(BigInt.asIntN(32, big)), at);
        else file.writeBigInt64LE(big, at);
      }
      put(tree.path, "a", "10s", file);
      put(tree.path, "a", "more", whole);
      const data = temporaryFolder();
      const { points, newSeries } = await run(tree.path, data.path, { now: NOW });
      const { changed } = await run(tree.path, data.path, { now: NOW }, true);
      data.remove();
      return points < 5000 && newSeries <= 1 && changed === 0;
    }),
    { numRuns: 40 },
  );
  t.pass();
  tree.remove();
});

test("no name leads out of the folder, and what istatd cannot hold is named", (t) => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  const store = openStore(data.path);
  const number = store.writer.planNumber({
    mode: GAUGE,
    tiers: [{ step: 10, retention: DAY, lambda: 0 }],
  });
  const names = ["up..a", "b/../../c", "x".repeat(252), "rn", "rn.10s.x", "A.b", "a.b", ".hid"];
  for (const name of names) {
    store.writer.point(store.writer.createSeries(name, number), NOW - 60, 1, 0, -1);
  }
  store.writer.flush();
  store.settle();
  const read = OfflineStore.open(env, data.path);
  const problems = exportAll(read, join(out.path, "in"), NOW);
  t.deepEqual(problems.map((problem) => problem.split(": ")[0]).sort(), [
    ".hid",
    "a.b",
    "b/../../c",
    "rn.10s.x",
    "up..a",
    "x".repeat(252),
  ]);
  t.deepEqual(readdirSync(out.path), ["in"]);
  t.deepEqual(readdirSync(join(out.path, "in")).sort(), ["a", "rn"]);
  read.close();
  for (const folder of [data, out]) folder.remove();
});
