import type { AggregationMethod } from "../../src/model/aggregation.ts";
import type { Environment } from "../../src/storage/environment.ts";
import { EVENT, GAUGE, type Mode, REPLACE } from "../../src/storage/plan.ts";
import { Crash, randomOf, SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

/** A world with its own clock and disk; every write may be the last one. */
class World {
  wall = 1_700_000_000_000;
  readonly random: () => number;
  files: SimulatedFiles;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.files = new SimulatedFiles(seed);
  }

  get environment(): Environment {
    const files = this.files;
    return { clock: { wallMs: () => this.wall, monotonicMs: () => this.wall }, files };
  }

  below(count: number): number {
    return Math.floor(this.random() * count);
  }
}

interface Sent {
  path: string;
  mode: Mode;
  step: number;
  time: number;
  value: number;
  lsn: number;
}

const KINDS: { step: number; mode: Mode }[] = [
  { step: 10, mode: REPLACE },
  { step: 60, mode: REPLACE },
  { step: 7, mode: REPLACE },
  { step: 420, mode: REPLACE },
  { step: 3600, mode: REPLACE },
  { step: 1, mode: REPLACE },
  { step: 10, mode: GAUGE },
  { step: 10, mode: EVENT },
];
const RETENTION = 10 * 365 * 86_400;

function kindOf(path: string): { step: number; mode: Mode } {
  return KINDS[Number(path.slice(1).split("x")[0])]!;
}

/** What every slot should hold when exactly these datapoints were taken, in this order. */
function model(sent: readonly Sent[]): Map<string, Map<number, { values: number[] }>> {
  const series = new Map<string, Map<number, { values: number[] }>>();
  for (const { path, step, time, value } of sent) {
    const slots = series.get(path) ?? new Map<number, { values: number[] }>();
    series.set(path, slots);
    const slot = Math.floor(time / step);
    const known = slots.get(slot) ?? { values: [] };
    known.values.push(value);
    slots.set(slot, known);
  }
  return series;
}

function expected(mode: Mode, step: number, values: readonly number[]): number {
  if (mode === REPLACE) return values.at(-1)!;
  const sum = values.reduce((a, b) => a + b, 0);
  return mode === EVENT ? sum / step : sum / values.length;
}

/** Coarser tiers have this many slots of the next finer one in a bucket. */
const RATIO = 6;

/** What a bucket of slots should answer. */
function expectedRollUp(
  mode: Mode,
  method: AggregationMethod,
  slots: readonly number[][],
  step: number,
): number {
  const values = slots.map((samples) => expected(mode, step, samples));
  const samples = mode === GAUGE ? slots.flat() : values;
  const sum = samples.reduce((a, b) => a + b, 0);
  if (method === "sum") return sum;
  if (method === "min") return Math.min(...samples);
  if (method === "max") return Math.max(...samples);
  if (method === "last") return mode === GAUGE ? slots.at(-1)!.at(-1)! : values.at(-1)!;
  return sum / samples.length;
}

/** Compares the buckets of the coarser tiers with what they are made of. */
function rollUpMismatch(store: StoreHarness, sent: readonly Sent[], world: World): string | null {
  const methods: AggregationMethod[] = ["average", "sum", "min", "max", "last"];
  for (const [path, slots] of model(sent)) {
    const { step, mode } = kindOf(path);
    // The mean of an event counter counts idle slots; the sum does not.
    const method = mode === EVENT ? "sum" : methods[world.below(methods.length)]!;
    const tier = 1 + world.below(2);
    const coarse = step * RATIO ** tier;
    const buckets = new Map<number, [number, number[]][]>();
    for (const [slot, { values }] of slots) {
      const bucket = Math.floor((slot * step) / coarse);
      const known = buckets.get(bucket) ?? [];
      known.push([slot, values]);
      buckets.set(bucket, known);
    }
    const from = Math.min(...buckets.keys()) * coarse;
    const until = (Math.max(...buckets.keys()) + 1) * coarse;
    const read = store.readTier(path, tier, from, until, { method, xFilesFactor: 0 });
    if (read === null) return `${path} is not there`;
    for (let i = 0; i < read.values.length; i++) {
      const bucket = (read.start + i * coarse) / coarse;
      const value = read.values[i]!;
      const known = buckets.get(bucket);
      if (known === undefined) {
        if (!Number.isNaN(value)) return `${path} tier ${tier} bucket ${bucket}: ${value}?`;
        continue;
      }
      known.sort(([a], [b]) => a - b);
      const right = expectedRollUp(
        mode,
        method,
        known.map(([, values]) => values),
        step,
      );
      if (!(Math.abs(value - right) <= Math.abs(right) * 1e-9)) {
        return `${path} tier ${tier} bucket ${bucket} ${method}: ${value} instead of ${right}`;
      }
    }
  }
  return null;
}

/** Compares everything that was ever sent with what the store answers. */
function mismatch(store: StoreHarness, sent: readonly Sent[], now: number): string | null {
  for (const [path, slots] of model(sent)) {
    const { step, mode } = kindOf(path);
    const times = [...slots.keys()].map((slot) => slot * step);
    const from = Math.min(...times) - step;
    const until = Math.max(...times) + step;
    const read = store.read(path, from, until, Math.max(now, until));
    if (read === null) return `${path} is not there`;
    if (read.step !== step) return `${path} has step ${read.step}`;
    for (let i = 0; i < read.values.length; i++) {
      const slot = (read.start + i * step) / step;
      const known = slots.get(slot);
      const value = read.values[i]!;
      if (known === undefined) {
        if (!Number.isNaN(value)) return `${path} slot ${slot}: ${value} was never sent`;
      } else {
        const right = expected(mode, step, known.values);
        const isClose = Math.abs(value - right) <= Math.abs(right) * 1e-9;
        if (!isClose) return `${path} slot ${slot}: ${value} instead of ${right}`;
      }
    }
  }
  return null;
}

function send(world: World, store: StoreHarness, sent: Sent[]): void {
  const number = world.below(KINDS.length);
  const path = `s${number}x${world.below(4)}.a`;
  const { step, mode } = KINDS[number]!;
  let series = store.names.seriesAt(path);
  if (series < 0) {
    const tiers = [1, RATIO, RATIO ** 2].map((ratio) => ({
      step: step * ratio,
      retention: RETENTION + ratio,
      lambda: 0,
    }));
    series = store.writer.createSeries(path, store.writer.planNumber({ mode, tiers }));
  }
  const now = Math.floor(world.wall / 1000);
  const roll = world.random();
  let time = now - world.below(30);
  if (roll < 0.1) time = now - world.below(Math.max(3600, step * 12));
  else if (roll < 0.13) time = now - world.below(Math.min(40 * 86_400, step * 3000));
  else if (roll < 0.17) time = now + world.below(3000);
  const value = world.random() < 0.5 ? world.below(1000) / 10 : world.random() * 1000 + 1;
  const decimal = Math.round(value * 10) / 10 === value;
  const lsn = store.writer.lsn;
  const refusal = store.writer.point(
    series,
    time,
    value,
    decimal ? Math.round(value * 10) : 0,
    decimal ? 1 : -1,
  );
  if (refusal === null)
    sent.push({ path, mode, step, time, value, lsn: Math.max(lsn, store.writer.lsn - 1) });
}

/** One life of the store, up to a crash or to the end of its steps. */
function live(world: World, store: StoreHarness, sent: Sent[], steps: number): void {
  for (let i = 0; i < steps; i++) {
    const roll = world.random();
    if (roll < 0.6) for (let n = world.below(20); n >= 0; n--) send(world, store, sent);
    else if (roll < 0.75) store.writer.tick();
    else if (roll < 0.85) store.writeFrame();
    else if (roll < 0.9) store.sync();
    else if (roll < 0.98) {
      if (store.sealer.step() === "idle") store.mergeStep();
    } else if (roll < 0.985) store.writer.freezeStrays();
    world.wall += world.random() < 0.05 ? world.below(400_000) : world.below(3000);
    if (world.random() < 0.005) world.wall -= world.below(900_000);
  }
}

/**
 * Four lives of a store, each ended by a crash at some write. Returns what is wrong afterwards, null
 * when everything that was promised is there and nothing else.
 */
export function simulate(seed: number, kind: "kill" | "power"): string | null {
  const world = new World(seed);
  const options = { maxStrays: 500, strayAgeSeconds: 600, rotateBytes: 20_000 };
  const open = (): StoreHarness =>
    new StoreHarness(world.environment, "data", { pages: 2048, ringBytes: 1 << 20, options });
  let sent: Sent[] = [];
  for (let life = 0; life < 4; life++) {
    let store: StoreHarness | null = null;
    let written = 0;
    world.files.crashAfter(world.files.steps + 1 + world.below(200));
    try {
      store = open();
      live(world, store, sent, 300);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    written = kind === "kill" ? (store?.wal.writtenLsn ?? 0) : (store?.wal.durableLsn ?? 0);
    world.files = world.files.crash(kind, seed + life);
    const after = open();
    const { logEndLsn } = after.recovered;
    if (store !== null && logEndLsn < written) {
      return `seed ${seed} ${kind} life ${life}: recovered to ${logEndLsn}, ${written} was safe`;
    }
    if (after.recovered.damage.length > 0) {
      return `seed ${seed} ${kind}: ${JSON.stringify(after.recovered.damage)}`;
    }
    // What the log lost was never promised; a sealed part may know some of it.
    const end = Math.max(logEndLsn, after.recovered.manifest.highestLsn);
    sent = sent.filter(({ lsn }) => lsn < end);
    const problem = mismatch(after, sent, world.wall / 1000) ?? rollUpMismatch(after, sent, world);
    if (problem !== null) {
      return `seed ${seed} ${kind} life ${life}: ${problem}`;
    }
    after.settle();
    const settled = mismatch(after, sent, world.wall / 1000) ?? rollUpMismatch(after, sent, world);
    if (settled !== null) {
      return `seed ${seed} ${kind} life ${life}, settled: ${settled}`;
    }
    // Long enough for small merges, or for whole days and months with their roll-ups.
    world.wall += world.random() < 0.5 ? 700_000 : 100_000_000;
    after.settle();
    const sealed = mismatch(after, sent, world.wall / 1000) ?? rollUpMismatch(after, sent, world);
    if (sealed !== null) {
      return `seed ${seed} ${kind} life ${life}, sealed: ${sealed}`;
    }
    if (after.broken.length > 0) return `seed ${seed} ${kind} life ${life}: ${after.broken[0]}`;
  }
  return null;
}
