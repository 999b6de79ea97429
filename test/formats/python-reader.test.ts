import { readFileSync, writeFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import type { Bucket } from "../../src/storage/bucket.ts";
import { ByteWriter } from "../../src/storage/codec/bytes.ts";
import { encodeColumn, encodeColumnDense } from "../../src/storage/codec/column-codec.ts";
import type { FileEntry } from "../../src/storage/manifest.ts";
import { GAUGE } from "../../src/storage/plan.ts";
import { likelyAbsmin } from "../../src/storage/statfile/block.ts";
import { temporaryFolder } from "../server.ts";
import { columnOf, KINDS } from "../storage/codec/columns.ts";
import { columnsByPython, doubles, isSkipped, isWhole, readByPython } from "./python.ts";
import { DAY, HOUR, START, type StoredSeries, StoredWorld } from "./stored-world.ts";

/** A bucket as the reader prints it. */
type Values = [
  last: number,
  count: number,
  slots: number,
  sum: number,
  min: number,
  max: number,
  m2: number,
  absmin: number,
];
const SUM = 3;
const M2 = 6;

type Buckets = Map<number, Values>;

/** Buckets by the name of the series and the tier. */
function foundByPython(folder: string): Map<string, Buckets> {
  const found = new Map<string, Buckets>();
  for (const { name, tier, slots, buckets } of readByPython("slots", folder)) {
    const values = doubles(buckets);
    const own: Buckets = new Map();
    (slots as number[]).forEach((slot, i) => {
      own.set(slot, values.slice(i * 8, i * 8 + 8) as Values);
    });
    found.set(`${name} ${tier}`, own);
  }
  return found;
}

/** What the store answers. */
function kept(world: StoredWorld, number: number, tier: number, step: number): Buckets {
  const [from, until] = [START - DAY, world.seconds + HOUR];
  const columns = world.store.readBuckets(number, tier, from, until);
  const first = Math.floor(from / step);
  const buckets: Buckets = new Map();
  for (let i = 0; i < columns.length; i++) {
    if (columns.count[i] === 0) continue;
    const { last, count, slots, sum, min, max, m2, absmin } = columns;
    const values = [last, count, slots, sum, min, max, m2, absmin].map((column) => column[i]!);
    buckets.set(first + i, values as Values);
  }
  return buckets;
}

/** What was sent, gathered in buckets of `step` seconds. */
function gathered(world: StoredWorld, number: number, step: number): Buckets {
  const series = world.series.find((one) => one.number === number)!;
  const buckets: Buckets = new Map();
  for (const [slot, sent] of [...series.slots].sort(([a], [b]) => a - b)) {
    const absmin = likelyAbsmin(sent.min, sent.max);
    const at = Math.floor((slot * series.step) / step);
    const bucket = buckets.get(at);
    const { last, count, sum, min, max, m2 } = sent;
    if (bucket === undefined) {
      buckets.set(at, [last, count, 1, sum, min, max, m2, absmin]);
      continue;
    }
    const deviation = sum / count - bucket[SUM] / bucket[1];
    bucket[M2] += m2 + (deviation ** 2 * count * bucket[1]) / (count + bucket[1]);
    bucket[0] = last;
    bucket[1] += count;
    bucket[2]++;
    bucket[SUM] += sum;
    if (min < bucket[4]) bucket[4] = min;
    if (max > bucket[5]) bucket[5] = max;
    if (Math.abs(absmin) < Math.abs(bucket[7])) bucket[7] = absmin;
  }
  return buckets;
}

/**
 * Whether two buckets are the same but for M2, which is kept with 15 bits. `rounding` is how much of
 * their greatest value the additions may have lost, where they were made in another way.
 */
function isSame(a: Values, b: Values | undefined, rounding: number): boolean {
  if (b === undefined) return false;
  for (let i = 0; i < a.length; i++) {
    if (i !== SUM && i !== M2 && !Object.is(a[i], b[i])) return false;
  }
  const [, count, , , min, max] = a;
  const greatest = Math.max(Math.abs(min), Math.abs(max));
  return (
    isNear(a[SUM], b[SUM], rounding * count * greatest) &&
    isNear(a[M2], b[M2], 2 ** -14 * Math.abs(a[M2]) + rounding * count * greatest ** 2)
  );
}

function isNear(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance;
}

/**
 * Compares what the reader in Python finds with what the store answers, slot by slot and bucket by
 * bucket, and with what was sent unless `isForgotten` says that the store cannot know it any more.
 */
function look(
  t: ExecutionContext,
  folder: string,
  world: StoredWorld,
  isForgotten: (series: StoredSeries, tier: number) => boolean = () => false,
): void {
  const found = foundByPython(folder);
  let buckets = 0;
  for (const series of world.series) {
    series.tiers.forEach(({ step }, tier) => {
      const path = `${series.name} ${tier}`;
      const got = found.get(path) ?? new Map();
      const answered = kept(world, series.number, tier, step);
      const sent = isForgotten(series, tier) ? null : gathered(world, series.number, step);
      t.is(got.size, answered.size, path);
      if (sent !== null) t.is(got.size, sent.size, `${path} as sent`);
      for (const [slot, values] of got) {
        if (!isSame(values, answered.get(slot), 0)) {
          t.deepEqual(values, answered.get(slot), `${path} ${slot}`);
        }
        if (sent !== null && !isSame(values, sent.get(slot), 1e-12)) {
          t.deepEqual(values, sent.get(slot), `${path} ${slot} as sent`);
        }
      }
      buckets += got.size;
    });
  }
  t.is(
    [...found.values()].reduce((total, { size }) => total + size, 0),
    buckets,
  );
  t.log(`${buckets} buckets in ${world.files.length} files`);
  t.is(world.store.writer.head.strays.count, 0);
  t.deepEqual(world.store.broken, []);
}

/** The files whose slots began before a time, of a tier. */
function filesBefore(world: StoredWorld, time: number, step: number): FileEntry[] {
  return world.files.filter((file) => file.step === step && file.from < time);
}

const isOfDay = ({ tiers }: StoredSeries): boolean => tiers[0]!.retention < DAY;

test("a reader in Python finds every slot and bucket, wherever they are by now", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = new StoredWorld(folder.path, 1);
  world.run(HOUR);
  world.seal();
  t.true(world.files.every(({ level }) => level === 0));
  look(t, folder.path, world);

  world.run(4 * HOUR);
  world.seal();
  const merged = filesBefore(world, START + 2 * HOUR, 10).filter(({ level }) => level === 1);
  t.true(merged.length > 0);
  t.true(world.files.some(({ level }) => level === 0));
  look(t, folder.path, world);

  // A day is over, and what is kept for six hours has left its coarser tiers behind.
  world.run(START + 25 * HOUR - world.seconds);
  world.wait(3 * HOUR);
  const day = filesBefore(world, START + DAY, 10);
  t.true(day.every(({ level, isRolledUp }) => level > 0 && isRolledUp));
  t.true(day.some(({ level }) => level === 2));
  t.false(day.some(({ from, retention }) => retention < DAY && from < START + 12 * HOUR));
  t.true(filesBefore(world, START + DAY, 300).length > 0);
  look(t, folder.path, world, (series, tier) => isOfDay(series) && tier === 0);

  // In the finest tier only, so that coarser buckets are made as they are read.
  world.sendLate(world.series, START + 2 * HOUR, 40);
  world.sendLate(world.series, START + 21 * HOUR, 200);
  world.seal({ merges: false });
  t.true(filesBefore(world, START + DAY, 10).some(({ level }) => level === 0));
  look(t, folder.path, world, isOfDay);

  world.wait(3 * HOUR);
  t.true(filesBefore(world, START + DAY, 10).every(({ isRolledUp }) => isRolledUp));
  look(t, folder.path, world, isOfDay);

  // Until the month is over.
  world.wait(17 * DAY, HOUR);
  t.true(filesBefore(world, START + DAY, 300).every(({ level }) => level === 3));
  look(t, folder.path, world, isOfDay);
  folder.remove();
});

test("a reader in Python finds what was imported where nothing was received", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = new StoredWorld(folder.path, 7);
  world.run(HOUR);
  world.seal();
  const now = world.seconds;
  for (const { number, mode, step, tiers } of world.series) {
    tiers.forEach((tier, i) => {
      // From before what was received until its middle; some of it twice, with another statistic.
      const from = Math.ceil((START - Math.min(tier.retention / 2, 3 * HOUR)) / tier.step);
      const points = Array.from({ length: 300 }, (_, n) => (from + n) * tier.step)
        .filter((time) => time < START + HOUR / 2 && world.below(5) > 0)
        .map((time) => [time, world.below(1000) / 8] as const);
      if (points.length === 0) return;
      const slots = 1 + world.below(tier.step / step);
      world.import(number, i, points, "average", slots);
      world.import(number, i, points.slice(-2), "max", slots);
      // And some as whole buckets.
      if (i === 0 && mode !== GAUGE) return;
      const buckets = points
        .filter((_, n) => n % 3 === 0)
        .map(([time, low]) => [time, bucketOf(low, i === 0 ? 1 : slots, world)] as const);
      world.importBuckets(number, i, buckets);
    });
  }
  t.true(world.files.some(({ imported = 0 }) => imported > 1));
  look(t, folder.path, world, () => true);
  world.wait(START + DAY + 4 * HOUR - now, HOUR);
  t.true(world.files.some(({ level, lsn }) => level > 1 && lsn > 0));
  look(t, folder.path, world, () => true);
  folder.remove();
});

test("a reader in Python finds every record of the log", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = new StoredWorld(folder.path, 4);
  for (let i = 0; i < 3000; i++) {
    if (i % 50 === 0) world.seconds += world.below(1000);
    world.send(world.pick(), world.seconds - world.below(i % 7 === 0 ? DAY : 30));
    if (i % 300 === 0) world.log();
  }
  world.log();
  const records = readByPython("log", folder.path);
  const found = records.flatMap(({ kind, series, time, count, value, values }) => {
    if (kind === "bucket") return [`${series} ${time} ${count} ${doubles(values).join(" ")}`];
    if (kind !== "point") return [];
    const [number] = doubles(value);
    return [`${series} ${time} ${Object.is(number, -0) ? "-0" : number}`];
  });
  t.deepEqual(found, world.sent);
  t.is(records.filter(({ kind }) => kind === "series").length, world.store.names.count);
  t.true(records.some(({ kind }) => kind === "plan"));
  t.true(records.every(({ lsn }, i) => i === 0 || lsn === Number(records[i - 1]!.lsn) + 1));
  folder.remove();
});

test("a reader in Python leaves out what was deleted, and finds the name's new series", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = new StoredWorld(folder.path, 6);
  world.run(HOUR);
  world.seal({ merges: false });
  const [gone, again] = [3, 12].map((i) => world.series.splice(i, 1)[0]!);
  world.store.writer.deleteSeries([again!.number, gone!.number]);
  world.log();
  const deletes = readByPython("log", folder.path).filter(({ kind }) => kind === "delete");
  t.deepEqual(
    deletes.map(({ series }) => series),
    [[gone!.number, again!.number]],
  );
  const number = world.store.writer.createSeries(
    again!.name,
    world.store.view.series.planOf[again!.number]!,
  );
  world.series.push({ ...again!, number, slots: new Map() });
  world.run(HOUR);
  world.seal({ merges: false });
  look(t, folder.path, world);
  folder.remove();
});

test("every byte of a StatFile is under a checksum", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = new StoredWorld(folder.path, 5);
  // Blocks so long that a section has several groups of them.
  const fine = world.series.filter(({ step }) => step === 1);
  for (const one of fine) {
    for (let time = START - 6 * HOUR; time < START - 2 * HOUR; time++) {
      world.send(one, time, () => world.below(2 ** 31) / 3);
    }
  }
  world.run(HOUR);
  world.wait(2 * HOUR);
  world.sendLate(world.series, START, 10);
  world.seal();
  const largest = (files: FileEntry[]): FileEntry =>
    files.reduce((a, b) => (a.bytes > b.bytes ? a : b));
  const files = [
    largest(world.files),
    largest(world.files.filter(({ level }) => level === 0)),
    largest(world.files.filter(({ level, shard }) => level > 0 && shard === null)),
    largest(world.files.filter(({ file }) => file.includes("roll-up"))),
  ];
  t.true(files[0]!.bytes > 2 << 16);
  for (const { file } of new Set(files)) {
    const path = `${folder.path}/statfiles/${file}`;
    const bytes = readFileSync(path);
    t.true(isWhole(path), file);
    for (let i = 0; i < 5; i++) {
      const damaged = Buffer.from(bytes);
      const at = i === 0 ? 70 : world.below(bytes.length);
      damaged[at] = damaged[at]! ^ (1 << world.below(8));
      writeFileSync(path, damaged);
      t.false(isWhole(path), `byte ${at} of ${bytes.length} in ${file}`);
    }
    writeFileSync(path, bytes);
  }
  look(t, folder.path, world, isOfDay);
  folder.remove();
});

test("a reader in Python decodes every mode of a column", (t) => {
  if (isSkipped(t)) return;
  const out = new ByteWriter();
  const columns: { bytes: Uint8Array; count: number; values: Float64Array }[] = [];
  for (const kind of Object.keys(KINDS)) {
    for (let seed = 1; seed <= 8; seed++) {
      const values = columnOf(kind, seed, [1, 2, 7, 64, 65, 200, 300, 700][seed - 1]!);
      for (const encode of [encodeColumn, encodeColumnDense]) {
        out.at = 0;
        encode(values, values.length, out);
        columns.push({ bytes: out.bytes.slice(0, out.at), count: values.length, values });
      }
    }
  }
  const decoded = columnsByPython(columns);
  const wrong = columns.filter(({ values }, i) => {
    return values.some((value, n) => !Object.is(value, decoded[i]![n]));
  });
  t.deepEqual(wrong, []);
  const modes = new Set(columns.map(({ bytes }) => bytes[0]!));
  t.deepEqual(
    [0x40, 0x50, 0x60, 0x80, 0x90, 0x91, 0xa0].filter((mode) => !modes.has(mode)),
    [],
  );
  t.true([...modes].some((mode) => mode < 0x20) && [...modes].some((mode) => mode >> 4 === 2));
});

/** Samples as another store has kept them: their last one is not known. */
function bucketOf(low: number, slots: number, world: StoredWorld): Bucket {
  const count = slots + world.below(3);
  const sum = low * count + (count - 1) / 4;
  const [max, m2] = count === 1 ? [low, 0] : [low + 0.5, world.below(1000) / 7];
  return { count, slots, sum, min: low, max, last: sum / count, m2 };
}
