import test from "ava";
import { EVENT, type Mode, type Plan, REPLACE } from "../../src/storage/plan.ts";
import { randomOf, SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

const HOUR = 3600;
const DAY = 86_400;
const YEARS = 3650 * DAY;
const START = 1_700_000_000;

/** Tiers of which the coarser ones nest, so that a slot's bucket is the same at each of them. */
const TIERS: [step: number, retention: number][][] = [
  [
    [10, DAY],
    [300, 30 * DAY],
    [HOUR, YEARS],
  ],
  [
    [60, DAY],
    [HOUR, YEARS],
  ],
  [[7, YEARS]],
  [
    [300, 2 * DAY],
    [HOUR, YEARS],
  ],
  [[HOUR, YEARS]],
];

class World {
  now = START;
  files: SimulatedFiles;
  store: StoreHarness;
  readonly random: () => number;
  readonly sent: { time: number; value: number }[] = [];
  readonly mode: Mode;
  readonly series: number;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.mode = this.random() < 0.7 ? REPLACE : EVENT;
    this.files = new SimulatedFiles(seed);
    this.store = this.#open();
    this.series = this.store.writer.createSeries("a", this.#plan());
  }

  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  /** Everything that was written is safe; the process is not. */
  kill(): void {
    this.store.writer.flush();
    while (this.store.writeFrame());
    this.store.sync();
    this.files = this.files.crash("power", this.below(1000));
    this.store = this.#open();
  }

  send(): void {
    const roll = this.random();
    let time = this.now - this.below(40);
    if (roll < 0.1) time = this.now - this.below(5 * HOUR);
    else if (roll < 0.25) time = this.now + this.below(6 * HOUR);
    const value = 1 + this.below(1000);
    if (this.store.writer.point(this.series, time, value, value, 0) !== null) {
      throw new Error("a datapoint was refused");
    }
    this.sent.push({ time, value });
  }

  /** A later plan, or one that was there before. */
  change(): void {
    this.store.writer.changePlan(this.series, this.#plan(), false);
  }

  pass(seconds: number): void {
    this.now += seconds;
    this.store.settle();
  }

  /** What is wrong with the answer for all that was sent, at the step that the store chooses. */
  problem(): string | null {
    const { reader, view } = this.store;
    const times = this.sent.map(({ time }) => time);
    const until = Math.max(...times) + HOUR;
    const window = { from: Math.min(...times) - 2 * HOUR, until, now: Math.max(this.now, until) };
    const geometry = reader.geometry(this.series, window);
    if (geometry === null) return "nothing is kept";
    const consolidation = { method: "sum", xFilesFactor: 0 } as const;
    const { step, start, values } = reader.read([this.series], [geometry], [consolidation])[0]!;
    const slots = new Map<string, { start: number; value: number }>();
    for (const { time, value } of this.sent) {
      const plan = view.series.planAt(this.series, time);
      const own = view.plans.step[plan]!;
      const slot = Math.floor(time / own) * own;
      const key = `${plan} ${slot}`;
      const before = this.mode === EVENT ? (slots.get(key)?.value ?? 0) : 0;
      slots.set(key, {
        start: slot,
        value: before + (this.mode === EVENT ? value / own : value),
      });
    }
    const sums = new Map<number, number>();
    for (const { start: at, value } of slots.values()) {
      const bucket = Math.floor(at / step) * step;
      sums.set(bucket, (sums.get(bucket) ?? 0) + value);
    }
    for (let i = 0; i < values.length; i++) {
      const time = start + i * step;
      const right = sums.get(time) ?? 0;
      const value = Number.isNaN(values[i]!) ? 0 : values[i]!;
      if (Math.abs(value - right) > 1e-6 * Math.max(1, right)) {
        return `${value} instead of ${right} at ${time - START} in steps of ${step}`;
      }
    }
    return null;
  }

  #plan(): number {
    const tiers = TIERS[this.below(TIERS.length)]!;
    const plan: Plan = {
      mode: this.mode,
      tiers: tiers.map(([step, retention]) => ({ step, retention, lambda: 0 })),
    };
    return this.store.writer.planNumber(plan);
  }

  #open(): StoreHarness {
    const clock = { wallMs: () => this.now * 1000, monotonicMs: () => this.now * 1000 };
    const options = { maxStrays: 500, strayAgeSeconds: 600, rotateBytes: 20_000 };
    return new StoreHarness({ clock, files: this.files }, "data", { pages: 1024, options });
  }
}

/** Changes of plan among datapoints in time, late and early ones, and kills; null when all is well. */
function live(seed: number): string | null {
  const world = new World(seed);
  for (let turn = 0; turn < 60; turn++) {
    const roll = world.random();
    for (let i = world.below(6); i >= 0; i--) world.send();
    if (roll < 0.15) world.change();
    else if (roll < 0.3) world.kill();
    world.pass(world.below(1500));
    const problem = turn % 10 === 9 ? world.problem() : null;
    if (problem !== null) return `turn ${turn}: ${problem}`;
  }
  // Files are merged, rolled up, and those of the finest tiers go.
  for (let days = 1; days <= 40; days += 3) {
    world.pass(3 * DAY);
    const problem = world.problem();
    if (problem !== null) return `day ${days}: ${problem}`;
  }
  return null;
}

test("changes of plan among late and early datapoints and kills leave no gap and no double", (t) => {
  const first = Number(process.env.STATITE_SEED ?? Math.floor(Math.random() * 1e9));
  for (let seed = first; seed < first + 10; seed++) t.is(live(seed), null, `seed ${seed}`);
});
