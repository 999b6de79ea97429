import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { AggregationMethod } from "../../../src/model/aggregation.ts";
import type { FileSystem } from "../../../src/storage/environment.ts";
import { describeLog } from "../../../src/storage/inspect/describe-log.ts";
import { describeManifest } from "../../../src/storage/inspect/describe-manifest.ts";
import { describeStatFile } from "../../../src/storage/inspect/describe-statfile.ts";
import { type FileKind, kindOf } from "../../../src/storage/inspect/file-kind.ts";
import { findSeries } from "../../../src/storage/inspect/find-series.ts";
import type { LogRecord } from "../../../src/storage/inspect/log-records.ts";
import { OfflineStore } from "../../../src/storage/inspect/offline-store.ts";
import { bucketsOf, epochsOf } from "../../../src/storage/inspect/series-buckets.ts";
import { nodeFiles, realEnvironment } from "../../../src/storage/node-files.ts";

import { temporaryFolder } from "../../server.ts";
import { digestOf, PLANS, SampleStore, START } from "./sample-store.ts";

const HOUR = 3600;
const DAY = 86_400;

const good = temporaryFolder();
const sample = new SampleStore(good.path);
sample.fill();
test.after.always(() => good.remove());

type Found = ReturnType<typeof bucketsOf> extends Generator<infer T> ? T : never;

function buckets(
  store: OfflineStore,
  path: string,
  tier: number,
  from = Number.NEGATIVE_INFINITY,
  until = Number.POSITIVE_INFINITY,
): Found[] {
  return [...bucketsOf(store, store.names.seriesAt(path), tier, from, until)];
}

/** What the running store's reader answers on a tier's grid, by time. */
function answers(path: string, tier: number, method: AggregationMethod): [number, number][] {
  const read = sample.store.readTier(path, tier, START, START + 2 * DAY, {
    method,
    xFilesFactor: 0,
  })!;
  const found: [number, number][] = [];
  read.values.forEach((value, i) => {
    if (!Number.isNaN(value)) found.push([read.start + i * read.step, value]);
  });
  return found;
}

test("the buckets of every series and tier are those that the reader answers from", (t) => {
  const store = OfflineStore.open(realEnvironment, good.path);
  const paths = ["web.a.load", "web.b.load", "web.users;zone=eu", "web.hits", "web.backup"];
  let compared = 0;
  for (const path of paths) {
    const [epoch] = epochsOf(store, store.names.seriesAt(path));
    for (let tier = 0; tier < epoch!.plan.tiers.length; tier++) {
      const found = buckets(store, path, tier);
      for (const [method, pick] of [
        ["sum", ({ sum }: Found) => sum],
        ["last", ({ last }: Found) => last],
        ["max", ({ max }: Found) => max],
        ["min", ({ min }: Found) => min],
        ["average", ({ sum, count }: Found) => sum / count],
      ] as const) {
        t.deepEqual(
          found.map((bucket) => [bucket.time, pick(bucket)]),
          answers(path, tier, method),
          `${path} ${tier} ${method}`,
        );
      }
      compared += found.length;
    }
  }
  t.true(compared > 850);
  // What is in the log only, late data in files of their own, and what is rolled up.
  const load = new Map(buckets(store, "web.a.load", 0).map(({ time, last }) => [time, last]));
  t.is(load.get(START + 120), 1000);
  t.is(load.get(START + 180), 1000);
  t.is(Math.max(...load.keys()), sample.seconds - 60);
  t.deepEqual(store.damage, []);
  store.close();
});

test("a gauge's buckets have all that is kept of their samples", (t) => {
  const store = OfflineStore.open(realEnvironment, good.path);
  const [first] = buckets(store, "web.users;zone=eu", 0, START + 120, START + 180);
  t.is(first!.time, START + 120);
  const minute = (START + 120) / 60;
  t.deepEqual(
    [first!.count, first!.slots, first!.sum, first!.last],
    [4, 1, 6.5 + (minute % 7), 1.5],
  );
  const mean = first!.sum / 4;
  const spread = 5.1 + 3 * (6.5 / 3 - mean) ** 2 + ((minute % 7) - mean) ** 2;
  t.true(Math.abs(first!.m2 - spread) < 1e-9);
  store.close();
});

test("a range has the buckets that start in it", (t) => {
  const store = OfflineStore.open(realEnvironment, good.path);
  const times = (tier: number, from: number, until: number): number[] =>
    buckets(store, "web.b.load", tier, from, until).map(({ time }) => time - START);
  t.deepEqual(times(0, START + 60, START + 180), [60, 120]);
  t.deepEqual(times(0, START + 61, START + 181), [120, 180]);
  // The last one is whole, though it reaches over the end.
  t.deepEqual(times(1, START + 1, START + 1201), [600, 1200]);
  const [, last] = buckets(store, "web.b.load", 1, START + 1, START + 1201);
  t.is(last!.count, 10);
  t.deepEqual(times(0, START - DAY, START), []);
  store.close();
});

test("a series whose retention has changed has the buckets of each plan in its time", (t) => {
  const folder = temporaryFolder();
  const world = new SampleStore(folder.path);
  const series = world.series("web.a.load", PLANS.load);
  world.run(HOUR);
  const change = START + 2 * HOUR;
  const hourly = world.store.writer.planNumber(PLANS.hourly);
  t.is(world.store.writer.changePlan(series, hourly, false), change);
  world.run(4 * HOUR);
  world.finish();
  const store = OfflineStore.open(realEnvironment, folder.path);
  t.deepEqual(
    epochsOf(store, series).map(({ from, until, plan }) => [from, until, plan.tiers[0]!.step]),
    [
      [Number.NEGATIVE_INFINITY, change, 60],
      [change, Number.POSITIVE_INFINITY, 3600],
    ],
  );
  const times = buckets(store, "web.a.load", 0).map(({ time }) => (time - START) / 60);
  t.deepEqual(times, [...Array.from({ length: 120 }, (_, i) => i), 120, 180, 240]);
  // The second plan has no second tier.
  const coarse = buckets(store, "web.a.load", 1).map(({ time }) => time);
  t.is(coarse.length, 12);
  t.true(coarse.every((time) => time < change));
  store.close();
  folder.remove();
});

test("names are found as clients write them, and globs are sorted and limited", (t) => {
  const store = OfflineStore.open(realEnvironment, good.path);
  const found = (text: string, limit = 10): string[] =>
    findSeries(store.names, text, limit).map(({ path }) => path);
  t.deepEqual(found("web.a.load"), ["web.a.load"]);
  t.deepEqual(found("web//a/load"), ["web.a.load"]);
  t.deepEqual(found("web.users;zone=eu;zone=eu"), ["web.users;zone=eu"]);
  t.deepEqual(found('web.users{zone="eu"}'), ["web.users;zone=eu"]);
  t.deepEqual(found("Web.Hits"), ["web.hits"]);
  t.deepEqual(found("web^a.load^b.load"), ["web.a.load", "web.b.load"]);
  t.deepEqual(found("web.{b,a}.*"), ["web.a.load", "web.b.load"]);
  t.deepEqual(found("web.*.load", 3).length, 3);
  t.is(t.throws(() => found("web.*.load", 2))?.name, "GraphiteError");
  t.regex(t.throws(() => found("nothing.*"))?.message ?? "", /there is no series/);
  store.close();
});

test("memory fits also where few series have long and deep names", (t) => {
  const folder = temporaryFolder();
  const world = new SampleStore(folder.path);
  const deep = Array.from({ length: 40 }, (_, i) => {
    const path = Array.from({ length: 150 }, (_node, k) => `n${i}x${k}`).join(".");
    world.put(world.series(path, PLANS.load), world.seconds, i);
    return path;
  });
  world.finish();
  const store = OfflineStore.open(realEnvironment, folder.path);
  for (const [i, path] of deep.entries()) {
    t.deepEqual(
      buckets(store, path, 0).map(({ last }) => last),
      [i],
    );
  }
  store.close();
  folder.remove();
});

test("looking changes nothing, and what is damaged is told and left out", (t) => {
  const folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true, preserveTimestamps: true });
  writeFileSync(join(folder.path, "statfiles", "60-2592000", "stranger.statfile"), "");
  writeFileSync(join(folder.path, "statfiles", "60-2592000", "half.statfile.tmp"), "");
  const sealed = [...sample.store.recovered.manifest.files].find(({ file }) =>
    file.includes("/window-"),
  )!;
  truncateSync(join(folder.path, "statfiles", sealed.file), 200);
  const before = digestOf(folder.path);
  const store = OfflineStore.open(realEnvironment, folder.path);
  const found = buckets(store, "web.a.load", 0).map(({ time }) => time);
  t.false(found.some((time) => time >= sealed.from && time < sealed.until));
  t.is(found.length, buckets(store, "web.a.load", 0).length);
  t.true(found.length > 200);
  t.is(store.damage.length, 1);
  t.true(store.damage[0]!.includes(sealed.file));
  store.close();
  t.deepEqual(digestOf(folder.path), before);
  folder.remove();
});

test("a store that is sealed while it is loaded is read again, and nothing is missed", (t) => {
  const folder = temporaryFolder();
  const running = new SampleStore(folder.path);
  running.run(HOUR + 540);
  const series = running.store.names.seriesAt("web.a.load");
  let hasMeasured = false;
  let hasSealed = false;
  let lastRead = "";
  const files: FileSystem = {
    ...nodeFiles,
    openRead(path) {
      const name = path.slice(folder.path.length + 1);
      // The windows move from the log to StatFiles when the manifest is read, and the log is not.
      if (lastRead === "manifest" && name === "catalogue" && !hasSealed && hasMeasured) {
        hasSealed = true;
        running.run(1200);
      }
      hasMeasured ||= name.startsWith("wal/");
      lastRead = name;
      return nodeFiles.openRead(path);
    },
  };
  const store = OfflineStore.open({ ...realEnvironment, files }, folder.path);
  const times = [...bucketsOf(store, series, 0, START, START + HOUR + 540)].map(({ time }) => time);
  t.is(times.length, 69);
  t.true(hasSealed);
  t.deepEqual(store.damage, []);
  store.close();
  running.finish();
  folder.remove();
});

test("a folder that is no store is refused before anything is made", (t) => {
  const folder = temporaryFolder();
  for (const path of [folder.path, join(folder.path, "nowhere")]) {
    const error = t.throws(() => OfflineStore.open(realEnvironment, path));
    t.is(error?.name, "NotAStoreError");
  }
  t.deepEqual(readdirSync(folder.path), []);
  folder.remove();
});

test("a StatFile is described section by section", (t) => {
  const entry = [...sample.store.recovered.manifest.files].find(({ file }) =>
    file.includes("/merge-2-"),
  )!;
  const about = describeStatFile(nodeFiles, join(good.path, "statfiles", entry.file));
  t.deepEqual(about.faults, []);
  t.is(about.bytes, entry.bytes);
  t.is(about.series, 5);
  t.deepEqual(
    about.sections.map(({ plan, mode, tier, step, slots, from, until, lanes, points }) => [
      plan,
      mode,
      tier,
      step,
      slots,
      from,
      until,
      lanes,
      points,
    ]),
    [
      [0, 0, 0, 60, 180, START, START + 3 * HOUR, 3, 540],
      [1, 1, 0, 60, 180, START, START + 3 * HOUR, 1, 180],
      [2, 2, 0, 60, 180, START, START + 3 * HOUR, 1, 60],
    ],
  );
  t.is(about.points, 780);
  t.true(about.sections.every(({ lsnLast }) => lsnLast === entry.lsn));
  const parts = about.sections.reduce((sum, { bytes }) => sum + bytes, 0);
  t.is(parts + 64 + 3 * 128 + 48, about.bytes);
});

test("a log file is described frame by frame, and every record is told", (t) => {
  const names = readdirSync(join(good.path, "wal"));
  const told: LogRecord[] = [];
  const path = join(good.path, "wal", names.at(-1)!);
  const about = describeLog(nodeFiles, path, "log", (record) => told.push(record));
  t.deepEqual(about.faults, []);
  t.is(about.header?.timeline, 1);
  t.deepEqual(about.records, { state: 3, point: 18, bucket: 4 });
  t.is(about.frames.length, 2);
  t.deepEqual(
    about.frames.map(({ hasState, oldest, newest }) => [hasState, oldest, newest]),
    [
      [true, null, null],
      [false, START + 180, sample.seconds - 60 + 5],
    ],
  );
  t.is(told.length, 25);
  t.true(told.every(({ lsn }, i) => lsn === told[0]!.lsn + i));
  const late = told.at(-1);
  t.deepEqual(late, { lsn: late!.lsn, kind: "point", series: 0, time: START + 180, value: 1000 });
});

test("the catalogue and the manifest are described", (t) => {
  const told: LogRecord[] = [];
  const catalogue = describeLog(nodeFiles, join(good.path, "catalogue"), "catalogue", (record) =>
    told.push(record),
  );
  t.deepEqual(catalogue.faults, []);
  t.deepEqual(catalogue.records, { plan: 4, series: 7 });
  const paths = told.flatMap((record) => (record.kind === "series" ? [record.name] : []));
  t.true(paths.includes("web.users;zone=eu") && paths.includes("new.name"));
  const manifest = describeManifest(nodeFiles, join(good.path, "manifest"));
  t.deepEqual(manifest.faults, []);
  const byName = (a: { file: string }, b: { file: string }): number => (a.file < b.file ? -1 : 1);
  t.deepEqual(
    [...manifest.files].sort(byName),
    [...sample.store.recovered.manifest.files].sort(byName),
  );
  t.true(manifest.removed > 5);
});

test("files are told apart by what is in them, and damaged ones by their name", (t) => {
  const folder = temporaryFolder();
  const kinds: [string, FileKind][] = [
    [`statfiles/${[...sample.store.recovered.manifest.files][0]!.file}`, "statfile"],
    [`wal/${readdirSync(join(good.path, "wal"))[0]}`, "log"],
    ["catalogue", "catalogue"],
    ["manifest", "manifest"],
    ["FORMAT", "facts"],
  ];
  for (const [name, kind] of kinds) {
    t.is(kindOf(nodeFiles, join(good.path, name)), kind, name);
    const bytes = readFileSync(join(good.path, name));
    const renamed = join(folder.path, "renamed");
    writeFileSync(renamed, bytes);
    t.is(kindOf(nodeFiles, renamed), kind, `${name} under another name`);
    bytes.fill(0xff, 0, 16);
    const damaged = join(folder.path, name.split("/").at(-1)!);
    writeFileSync(damaged, bytes);
    t.is(kindOf(nodeFiles, damaged), kind, `${name} with a bad beginning`);
  }
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), Buffer.from("a poem")]) {
    writeFileSync(join(folder.path, "other"), bytes);
    t.is(kindOf(nodeFiles, join(folder.path, "other")), null);
  }
  folder.remove();
});

test("a damaged file is described as far as it goes", (t) => {
  const folder = temporaryFolder();
  const wal = join(good.path, "wal", readdirSync(join(good.path, "wal"))[0]!);
  const copy = join(folder.path, "0000000001.wal");
  const whole = describeLog(nodeFiles, wal, "log");
  const bytes = readFileSync(wal);
  bytes[whole.frames[1]!.offset + 50] = bytes[whole.frames[1]!.offset + 50]! ^ 1;
  writeFileSync(copy, bytes);
  const about = describeLog(nodeFiles, copy, "log");
  t.deepEqual(about.faults, [
    { offset: whole.frames[1]!.offset, what: "the frame's checksum is wrong" },
  ]);
  t.deepEqual(about.frames, [whole.frames[0], ...whole.frames.slice(2)]);

  const entry = [...sample.store.recovered.manifest.files].find(({ file }) =>
    file.includes("/merge-2-"),
  )!;
  const statfile = readFileSync(join(good.path, "statfiles", entry.file));
  statfile[70] = statfile[70]! ^ 1;
  const damaged = join(folder.path, "one.statfile");
  writeFileSync(damaged, statfile);
  const described = describeStatFile(nodeFiles, damaged);
  t.deepEqual(
    described.sections.map(({ points }) => points),
    [0, 180, 60],
  );
  t.deepEqual(
    described.faults.map(({ offset, what }) => [offset, what]),
    [[64, "the blocks at 64 are damaged"]],
  );
  folder.remove();
});
