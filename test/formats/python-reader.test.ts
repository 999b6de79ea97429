import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { type Bucket, combine, emptyBucket } from "../../src/storage/bucket.ts";
import { realEnvironment } from "../../src/storage/node-files.ts";
import { EVENT, GAUGE, type Mode, REPLACE } from "../../src/storage/plan.ts";
import { temporaryFolder } from "../server.ts";
import { randomOf } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";

/** The reader that was written from docs/formats alone, in another language. */
const READER = "test/formats/statfile_reader.py";
const RETENTION = 10 * 365 * 86_400;
const KINDS: { step: number; mode: Mode }[] = [
  { step: 1, mode: REPLACE },
  { step: 7, mode: REPLACE },
  { step: 10, mode: REPLACE },
  { step: 60, mode: REPLACE },
  { step: 3600, mode: REPLACE },
  { step: 10, mode: GAUGE },
  { step: 420, mode: GAUGE },
  { step: 10, mode: EVENT },
];
/** The first number of the second shard. */
const SHARD = 8192;

interface Kind {
  name: string;
  number: number;
  step: number;
  mode: Mode;
  valueAt(i: number): [mantissa: number, decimals: number] | number;
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;

function isSkipped(t: ExecutionContext): boolean {
  if (hasPython) return false;
  t.log("skipped: there is no python3");
  t.false(hasPython);
  return true;
}

function python(command: string, path: string): Record<string, unknown>[] {
  const text = execFileSync("python3", [READER, command, path], { maxBuffer: 2 ** 28 }).toString();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function doubles(hex: unknown): number[] {
  const bytes = Buffer.from(String(hex), "hex");
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleBE(i * 8));
}

/** A store on the disk, and everything that was sent to it. */
class World {
  wall = 1_700_000_000_000;
  readonly store: StoreHarness;
  readonly series: Kind[] = [];
  /** Buckets by name and slot, as they should be. */
  readonly slots = new Map<string, Bucket>();
  /** Records of the log, as texts. */
  readonly sent: string[] = [];
  readonly #random: () => number;

  constructor(folder: string, seed: number) {
    this.#random = randomOf(seed);
    const clock = { wallMs: () => this.wall, monotonicMs: () => this.wall };
    const options = { maxSeries: 10_000, ringBytes: 32 << 20 };
    this.store = new StoreHarness({ clock, files: realEnvironment.files }, folder, options);
    const { writer } = this.store;
    while (this.series.length < 48) {
      this.#add();
      // The second half lies in the second shard.
      if (this.series.length !== 24) continue;
      const plan = this.#plan(KINDS[0]!);
      for (let i = this.series.length; i < SHARD - 2; i++) writer.createSeries(`idle.s${i}`, plan);
    }
  }

  get now(): number {
    return Math.floor(this.wall / 1000);
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  pick(): Kind {
    return this.series[this.below(this.series.length)]!;
  }

  send({ name, number, step, mode, valueAt }: Kind, time: number, i: number): void {
    const { writer } = this.store;
    const bucket = emptyBucket();
    if (mode === GAUGE && this.below(3) === 0) {
      const [low, count] = [this.below(1000) / 4, 2 + this.below(5)];
      combine(
        bucket,
        count,
        1,
        low * count + 1,
        low,
        low + 1,
        low + 1 / count,
        this.below(100) / 8,
      );
      if (writer.bucketSample(number, time, bucket) !== null) return;
      const { sum, min, max, last, m2 } = bucket;
      this.sent.push(`${number} ${time} ${count} ${[sum, min, max, last, m2].join(" ")}`);
    } else {
      const written = valueAt(i);
      const [mantissa, decimals] = typeof written === "number" ? [0, -1] : written;
      const value = typeof written === "number" ? written : mantissa / 10 ** decimals;
      if (writer.point(number, time, value, mantissa, decimals) !== null) return;
      this.sent.push(`${number} ${time} ${Object.is(value, -0) ? "-0" : value}`);
      const stored = mode === EVENT ? value / step : value;
      combine(bucket, 1, 1, stored, stored, stored, stored, 0);
    }
    const key = `${name} ${Math.floor(time / step)}`;
    const known = this.slots.get(key);
    if (known === undefined || mode === REPLACE) this.slots.set(key, bucket);
    else {
      const { count, sum, min, max, last, m2 } = bucket;
      combine(known, count, 0, sum, min, max, last, m2);
    }
  }

  /** Writes all frames to the log, and syncs it. */
  log(): void {
    this.store.writer.flush();
    while (this.store.writeFrame());
    this.store.sync();
  }

  /** Brings everything into StatFiles. */
  seal(): void {
    this.wall += 5_000_000;
    this.store.settle();
    this.store.writer.freezeStrays();
    this.store.settle();
  }

  #plan({ step, mode }: { step: number; mode: Mode }): number {
    return this.store.writer.planNumber({
      mode,
      tiers: [{ step, retention: RETENTION, lambda: 0 }],
    });
  }

  #add(): void {
    const kind = KINDS[this.series.length % KINDS.length]!;
    const name = `s${this.series.length}.${this.below(2) === 0 ? "größe" : "size"};step=${kind.step}`;
    const number = this.store.writer.createSeries(name, this.#plan(kind));
    const valueAt = kind.mode === REPLACE ? this.#values() : this.#exactValues(kind);
    this.series.push({ ...kind, name, number, valueAt });
  }

  /** One of the kinds of values that codecs tell apart. */
  #values(): Kind["valueAt"] {
    const decimals = this.below(8);
    const slope = this.below(50);
    const wild = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, Math.PI, 5e-324, 2 ** 70];
    return [
      () => [-7, 1] as [number, number],
      () => [this.below(1000) - 500, decimals] as [number, number],
      (i: number) => [i * slope, 0] as [number, number],
      (i: number) => [i * i * slope + this.below(3), 1] as [number, number],
      () => [(this.below(2) === 0 ? -1 : 1) * this.below(2 ** 47), 0] as [number, number],
      () => this.#random() * 1000,
      () => wild[this.below(wild.length)]!,
      () => this.below(2 ** 31) * 2 ** 18 + this.below(100),
    ][this.below(8)]!;
  }

  /** Values whose sums are exact in any order. */
  #exactValues({ step, mode }: { step: number; mode: Mode }): Kind["valueAt"] {
    if (mode === EVENT) return () => [step * this.below(1000), 0];
    return () => [25 * this.below(4000), 2];
  }
}

function filled(folder: string, seed: number): World {
  const world = new World(folder, seed);
  // Blocks so long that a section has several groups of them.
  const quarter = Math.floor(world.now / 21_600) * 21_600 - 86_400;
  for (const series of world.series.filter(({ step }) => step === 1).slice(0, 3)) {
    const heavy = { ...series, valueAt: () => world.below(2 ** 31) / 3 };
    for (let i = 0; i < 10_000; i++) world.send(heavy, quarter + i, i);
  }
  world.store.settle();
  for (let wave = 0; wave < 6; wave++) {
    // Late ones, a day and more of each slot, with holes and without.
    for (const series of [world.pick(), world.pick()]) {
      const from = world.now - world.below(20 * 86_400);
      const hole = world.below(2) * 40;
      for (let i = 0; i < 1500; i++) {
        if (hole === 0 || world.below(hole) > 0) world.send(series, from + i * series.step, i);
      }
    }
    // Present ones, in and out of order, and some ahead of time.
    for (let i = 0; i < 3000; i++) {
      world.wall += world.below(400);
      const series = world.pick();
      world.send(series, world.now - world.below(60) + (world.below(50) === 0 ? 3000 : 0), i);
      if (i % 100 === 0) world.store.settle();
    }
    world.wall += world.below(2) * 700_000;
    world.store.settle();
  }
  return world;
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) + 1e-9;
}

for (const seed of [1, 2, 3]) {
  test(`a reader in Python finds every slot that was stored, and no other (seed ${seed})`, (t) => {
    if (isSkipped(t)) return;
    const folder = temporaryFolder();
    const world = filled(folder.path, seed);
    world.seal();
    t.is(world.store.writer.head.strays.count, 0);
    const modes = new Map(world.series.map(({ name, mode }) => [name, mode]));
    let right = 0;
    for (const { name, slot, mode, values } of python("slots", folder.path)) {
      const key = `${name} ${slot}`;
      const want = world.slots.get(key);
      if (want === undefined) t.fail(`${key} was never sent`);
      else {
        const [last, count, slots, sum, min, max, m2] = doubles(values) as [number, ...number[]];
        const exact =
          mode === GAUGE
            ? [want.last, want.count, 1, want.sum, want.min, want.max]
            : Array(6).fill(mode === EVENT ? want.sum : want.last);
        const got = [last, count, slots, sum, min, max];
        if (mode !== GAUGE) exact.splice(1, 2, 1, 1);
        const isRight =
          mode === modes.get(String(name)) &&
          exact.every((value, i) => Object.is(value, got[i])) &&
          isClose(m2!, mode === GAUGE ? want.m2 : 0);
        if (!isRight)
          t.deepEqual([mode, ...got, m2], [modes.get(String(name)), ...exact, want.m2], key);
        right++;
      }
    }
    t.is(right, world.slots.size);
    t.true(right > 10_000);
    folder.remove();
  });
}

test("a reader in Python finds every record of the log", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = new World(folder.path, 4);
  for (let i = 0; i < 5000; i++) {
    world.wall += world.below(20);
    world.send(world.pick(), world.now - world.below(i % 7 === 0 ? 86_400 : 30), i);
    if (i % 500 === 0) world.log();
  }
  world.log();
  const records = python("log", folder.path);
  const found = records.flatMap(({ kind, series, time, count, value, values }) => {
    if (kind === "bucket") return [`${series} ${time} ${count} ${doubles(values).join(" ")}`];
    if (kind !== "point") return [];
    const [number] = doubles(value);
    return [`${series} ${time} ${Object.is(number, -0) ? "-0" : number}`];
  });
  t.deepEqual(found, world.sent);
  t.is(records.filter(({ kind }) => kind === "series").length, world.store.names.count);
  t.is(records.filter(({ kind }) => kind === "plan").length, KINDS.length);
  t.true(records.every(({ lsn }, i) => i === 0 || lsn === Number(records[i - 1]!.lsn) + 1));
  folder.remove();
});

test("every byte of a StatFile is under a checksum", (t) => {
  if (isSkipped(t)) return;
  const folder = temporaryFolder();
  const world = filled(folder.path, 5);
  world.seal();
  const [entry] = [...world.store.recovered.manifest.files].sort((a, b) => b.bytes - a.bytes);
  const path = `${folder.path}/statfiles/${entry!.file}`;
  const bytes = readFileSync(path);
  const checked = (): number | null => spawnSync("python3", [READER, "check", path]).status;
  t.is(checked(), 0);
  for (let i = 0; i < 12; i++) {
    const damaged = Buffer.from(bytes);
    const at = i === 0 ? 70 : world.below(bytes.length);
    damaged[at] = damaged[at]! ^ (1 << world.below(8));
    writeFileSync(path, damaged);
    t.is(checked(), 1, `byte ${at} of ${bytes.length}`);
  }
  folder.remove();
});
