import { type Bucket, combine, emptyBucket, setSingle } from "../../src/storage/bucket.ts";
import type { Environment } from "../../src/storage/environment.ts";
import type { FileEntry } from "../../src/storage/manifest.ts";
import { nodeFiles } from "../../src/storage/node-files.ts";
import { EVENT, GAUGE, type Mode, REPLACE, type Tier } from "../../src/storage/plan.ts";
import type { OnlyStatistic } from "../../src/storage/statistic.ts";
import {
  type ImportedBuckets,
  type ImportedPoints,
  importBucketsInto,
  importInto,
} from "../storage/import-into.ts";
import { randomOf } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";

export const HOUR = 3600;
export const DAY = 86_400;
/** 2023-11-15 00:00 UTC. */
export const START = 1_700_006_400;

interface Kind {
  mode: Mode;
  tiers: readonly Tier[];
}

const kind = (mode: Mode, ...tiers: [step: number, retention: number][]): Kind => ({
  mode,
  tiers: tiers.map(([step, retention]) => ({ step, retention, lambda: 0 })),
});

const KINDS: readonly Kind[] = [
  kind(REPLACE, [1, 2 * DAY]),
  kind(REPLACE, [7, 10 * DAY]),
  kind(REPLACE, [3600, 1000 * DAY]),
  kind(GAUGE, [420, 100 * DAY]),
  // Goes after six hours, and leaves its coarser tiers behind.
  kind(REPLACE, [10, 6 * HOUR], [60, 10 * DAY], [3600, 1000 * DAY]),
  // What is the finest tier here is a coarser one there.
  kind(REPLACE, [60, 10 * DAY], [420, 100 * DAY]),
  kind(GAUGE, [10, 2 * DAY], [300, 100 * DAY], [3600, 1000 * DAY]),
  kind(EVENT, [10, 2 * DAY], [60, 10 * DAY]),
];
/** The first number of the second shard. */
const SHARD = 8192;

export interface StoredSeries extends Kind {
  name: string;
  number: number;
  step: number;
  /** One in so many slots is left out; 0 for none. */
  holes: number;
  valueAt: ValueAt;
  /** Buckets by slot of the finest tier, as they should be. */
  slots: Map<number, Bucket>;
}

type ValueAt = (i: number) => [mantissa: number, decimals: number] | number;

/** A store on the disk under a clock that is turned by hand, and everything that was sent to it. */
export class StoredWorld {
  seconds = START + 60;
  readonly store: StoreHarness;
  readonly series: StoredSeries[] = [];
  /** Records of the log, as texts. */
  readonly sent: string[] = [];
  readonly #random: () => number;
  readonly #env: Environment;
  readonly #folder: string;

  constructor(folder: string, seed: number) {
    this.#random = randomOf(seed);
    const ms = (): number => this.seconds * 1000;
    const clock = { wallMs: ms, monotonicMs: ms };
    // No power is cut here, so nobody waits for the disk.
    const files = { ...nodeFiles, fdatasync: () => {}, syncFolder: () => {} };
    this.#env = { clock, files };
    this.#folder = folder;
    this.store = new StoreHarness(this.#env, folder, {
      maxSeries: 10_000,
      ringBytes: 32 << 20,
    });
    const { writer } = this.store;
    for (const kind of KINDS) this.#add(kind);
    const idle = this.#plan(KINDS[0]!);
    for (let i = KINDS.length; i < SHARD - 4; i++) writer.createSeries(`idle.s${i}`, idle);
    // These lie in both shards.
    for (const kind of [...KINDS, ...KINDS]) this.#add(kind);
  }

  get files(): FileEntry[] {
    return [...this.store.recovered.manifest.files];
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  pick(): StoredSeries {
    return this.series[this.below(this.series.length)]!;
  }

  send(series: StoredSeries, time: number, valueAt = series.valueAt): void {
    const { writer } = this.store;
    const { number, step, mode, slots } = series;
    const slot = Math.floor(time / step);
    const bucket = emptyBucket();
    if (mode === GAUGE && this.below(3) === 0) {
      const [low, count] = [this.below(1000) / 4 - 125, 2 + this.below(5)];
      const sum = low * count + 1;
      combine(bucket, count, 1, sum, low, low + 1, low + 1 / count, this.below(100) / 8);
      if (writer.bucketSample(number, time, bucket) !== null) return;
      const { min, max, last, m2 } = bucket;
      this.sent.push(`${number} ${time} ${count} ${[sum, min, max, last, m2].join(" ")}`);
    } else {
      const written = valueAt(slot - Math.floor(START / step));
      const [mantissa, decimals] = typeof written === "number" ? [0, -1] : written;
      const value = typeof written === "number" ? written : mantissa / 10 ** decimals;
      if (writer.point(number, time, value, mantissa, decimals) !== null) return;
      this.sent.push(`${number} ${time} ${Object.is(value, -0) ? "-0" : value}`);
      const stored = mode === EVENT ? value / step : value;
      combine(bucket, 1, 1, stored, stored, stored, stored, 0);
    }
    const known = slots.get(slot);
    if (known === undefined || mode === REPLACE) slots.set(slot, bucket);
    else if (mode === EVENT) setSingle(known, known.sum + bucket.sum);
    else {
      const { count, sum, min, max, last, m2 } = bucket;
      combine(known, count, 0, sum, min, max, last, m2);
    }
  }

  /** Sends what comes in while time goes on: of fine steps some minutes of each hour. */
  run(seconds: number): void {
    for (const end = this.seconds + seconds; this.seconds < end; this.#pass(60)) {
      const minute = (this.seconds % HOUR) / 60;
      for (const series of this.series) {
        const { step, holes } = series;
        if (minute >= (step === 1 ? 2 : step < 60 ? 6 : 60)) continue;
        for (let slot = Math.ceil(this.seconds / step); slot * step < this.seconds + 60; slot++) {
          const time = slot * step + this.below(step);
          if (holes === 0 || this.below(holes) > 0) this.send(series, time);
          if (this.below(20) === 0) this.send(series, time);
        }
      }
      // Out of order, and some ahead of time.
      this.send(this.pick(), this.seconds - this.below(60));
      if (this.below(10) === 0) this.send(this.pick(), this.seconds + this.below(3000));
    }
  }

  /** Sends a stretch of datapoints of each series, all of them late. */
  sendLate(series: readonly StoredSeries[], from: number, count: number): void {
    for (const one of series) {
      const first = Math.ceil(from / one.step) + this.below(20);
      const end = Math.min(first + count, Math.floor(this.seconds / one.step));
      for (let slot = first; slot < end; slot++) {
        if (one.holes === 0 || this.below(one.holes) > 0) this.send(one, slot * one.step);
      }
    }
  }

  /** See importInto. */
  import(
    series: number,
    tier: number,
    points: ImportedPoints,
    statistic: OnlyStatistic,
    slots: number,
  ): void {
    importInto(this.store, this.#env, this.#folder, series, tier, points, statistic, slots);
  }

  /** See importBucketsInto. */
  importBuckets(series: number, tier: number, buckets: ImportedBuckets): void {
    importBucketsInto(this.store, this.#env, this.#folder, series, tier, buckets);
  }

  /** Lets time go by without data, `tick` seconds at a time. */
  wait(seconds: number, tick = 300): void {
    for (const end = this.seconds + seconds; this.seconds < end; ) this.#pass(tick);
  }

  /** Brings everything into StatFiles: time goes by until all windows are over. */
  seal({ merges = true } = {}): void {
    for (let i = 0; i < 3; i++) this.#pass(300, merges);
    this.store.writer.freezeStrays();
    this.store.settle({ merges });
  }

  /** Writes all frames to the log, and syncs it. */
  log(): void {
    this.store.writer.flush();
    while (this.store.writeFrame());
    this.store.sync();
  }

  #pass(seconds: number, merges = true): void {
    this.seconds += seconds;
    if (this.seconds % 300 < seconds) this.store.settle({ merges });
  }

  #plan({ mode, tiers }: Kind): number {
    return this.store.writer.planNumber({ mode, tiers });
  }

  #add(kind: Kind): void {
    const { step } = kind.tiers[0]!;
    const name = `s${this.series.length}.${this.below(2) === 0 ? "größe" : "size"};step=${step}`;
    const number = this.store.writer.createSeries(name, this.#plan(kind));
    const valueAt =
      kind.mode === REPLACE ? this.#values(this.series.length) : this.#exactValues(kind.mode, step);
    const holes = this.below(2) * 10;
    this.series.push({ ...kind, name, number, step, holes, valueAt, slots: new Map() });
  }

  /** One of the kinds of values that codecs tell apart; those with coarser tiers get the last four. */
  #values(number: number): ValueAt {
    const decimals = this.below(8);
    const slope = this.below(50);
    const wild = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, Math.PI, 5e-324, 2 ** 70];
    const kinds: ValueAt[] = [
      () => [-7, 1],
      (i) => [i * slope, 0],
      (i) => [i * i * slope + this.below(3), 1],
      () => this.below(2 ** 31) * 2 ** 18 + this.below(100),
      () => [this.below(20) - 10, decimals],
      () => (this.#random() - 0.3) * this.#random() * 1000,
      () => wild[this.below(wild.length)]!,
      () => [(this.below(2) === 0 ? -1 : 1) * this.below(2 ** 47), 0],
    ];
    return kinds[(number + Math.floor(number / KINDS.length)) % kinds.length]!;
  }

  /** Values whose sums are exact in any order. */
  #exactValues(mode: Mode, step: number): ValueAt {
    if (mode === EVENT) return () => [step * this.below(1000), 0];
    return () => [25 * (this.below(4000) - 2000), 2];
  }
}
