import { EVENT, type Plan } from "../../../src/storage/plan.ts";
import type { StoreHarness } from "../store-harness.ts";
import {
  bucketsOf,
  type Model,
  type ModelSeries,
  type ModelSlot,
  plansOf,
  type Statistic,
  slotsOf,
  statisticOf,
} from "./model.ts";
import type { World } from "./world.ts";

/** Buckets between two known ones beyond which the stretch between them is not read. */
const MAX_GAP = 300;
const MARGIN = 3;
/** Seconds by which the end of a retention is kept away from: a file may go an hour late. */
const EDGE_SECONDS = 7200;

/** Compares all that the model knows with what the store answers; null when they agree. */
export function differenceOf(store: StoreHarness, model: Model, world: World): string | null {
  if (store.names.count !== model.series.size) {
    return `there are ${store.names.count} names instead of ${model.series.size}`;
  }
  for (const { series } of model.deleted) {
    const { path, number } = series;
    if (store.names.isLive(number)) return `series ${number} of ${path} was deleted`;
    if (store.names.nameOf(number) !== "") return `series ${number} of ${path} has its name`;
  }
  for (const series of model.series.values()) {
    const number = store.names.seriesAt(series.path);
    if (number < 0) return `${series.path} is not there`;
    if (number !== series.number) return `${series.path} is ${number}, not ${series.number}`;
    if (store.names.nameOf(number) !== series.path) return `${series.path} has another name`;
    for (const plan of plansOf(series)) {
      const slots = slotsOf(series, plan);
      if (slots.length === 0) continue;
      const problem =
        tierDifference(store, series, plan, slots, 0, world) ??
        tierDifference(store, series, plan, slots, 1 + world.below(2), world);
      if (problem !== null) return problem;
    }
    // Where an earlier series of the name had something nothing shows through.
    const times = [series, ...model.deleted.map((one) => one.series)]
      .filter(({ path }) => path === series.path)
      .flatMap(({ points }) => points.map(({ time }) => time));
    const problem = answerDifference(store, series, times, world);
    if (problem !== null) return problem;
  }
  return null;
}

/** What one plan keeps in one of its tiers, bucket by bucket. */
function tierDifference(
  store: StoreHarness,
  { path }: ModelSeries,
  plan: Plan,
  slots: readonly ModelSlot[],
  tier: number,
  world: World,
): string | null {
  const { step, retention } = plan.tiers[tier]!;
  const statistic: Statistic =
    // The mean of an event counter counts idle slots.
    tier === 0 || plan.mode === EVENT
      ? "sum"
      : world.pick(["average", "sum", "min", "max", "last"] as const);
  const buckets = bucketsOf(slots, step);
  const kept = world.now - retention + EDGE_SECONDS;
  const starts = [...buckets.keys()].filter((start) => start >= kept);
  if (starts.length === 0) return null;
  for (const [from, until] of stretchesToRead(starts, step, world)) {
    const number = store.view.plans.numberOf(plan);
    const read = store.readPlan(path, number, step, from, until, {
      method: statistic,
      xFilesFactor: 0,
    });
    for (let i = 0; i < read.values.length; i++) {
      const start = read.start + i * step;
      const known = buckets.get(start);
      const right =
        known === undefined || start < kept ? Number.NaN : statisticOf(known, plan, statistic);
      if (start >= kept && !agree(read.values[i]!, right)) {
        return `${path} step ${plan.tiers[0]!.step} tier ${tier} at ${start} ${statistic}: ${read.values[i]} instead of ${right}`;
      }
    }
  }
  return null;
}

/** What a query is answered, across changes of plan and at the step that retention chooses. */
function answerDifference(
  store: StoreHarness,
  series: ModelSeries,
  times: readonly number[],
  world: World,
): string | null {
  const { path, epochs } = series;
  if (times.length === 0) return null;
  const now = Math.max(world.now, ...times.slice(-20));
  const time = world.pick(times);
  const span = world.pick([10, 100, 3000]) * epochs[0]!.plan.tiers[0]!.step;
  const read = store.read(path, time - span, time + span, now, "sum");
  // Beyond the longest retention of the present plan nothing is kept.
  if (read === null) return null;
  const { step } = read;
  // Where a tier does not fit into the answer its buckets go where they begin: not known exactly.
  const fits = epochs.every(({ plan }) =>
    plan.tiers.every((tier) => tier.step > step || step % tier.step === 0),
  );
  if (!fits) return null;
  const right = new Map<number, number>();
  const unknown = new Set<number>();
  for (const plan of plansOf(series)) {
    for (const [start, slots] of bucketsOf(slotsOf(series, plan), step)) {
      // Of a plan that the last bucket reaches there may be longer ones only, which go into none.
      if (!plan.tiers.some((tier) => tier.step <= step && start >= now - tier.retention)) {
        unknown.add(start);
      }
      right.set(start, (right.get(start) ?? 0) + statisticOf(slots, plan, "sum"));
    }
  }
  for (let i = 0; i < read.values.length; i++) {
    const start = read.start + i * step;
    const expected = right.get(start) ?? Number.NaN;
    // When there is no grid point in the window, the one after it is answered.
    if (start > time + span) break;
    if (!unknown.has(start) && !agree(read.values[i]!, expected)) {
      return `${path} asked at ${now} for ${time - span} to ${time + span}, at ${start} in steps of ${step}: ${read.values[i]} instead of ${expected}`;
    }
  }
  return null;
}

/** Stretches that hold all known buckets, and an empty one where nothing may be. */
function stretchesToRead(starts: number[], step: number, world: World): [number, number][] {
  starts.sort((a, b) => a - b);
  const stretches: [number, number][] = [];
  let first = starts[0]!;
  let last = first;
  const add = (): void => {
    stretches.push([first - MARGIN * step, last + (MARGIN + 1) * step]);
  };
  for (const start of starts) {
    if (start > last + MAX_GAP * step) {
      add();
      const somewhere = last + Math.floor((start - last) * world.random());
      stretches.push([somewhere, Math.min(start, somewhere + MAX_GAP * step)]);
      first = start;
    }
    last = start;
  }
  add();
  return stretches;
}

function agree(value: number, right: number): boolean {
  if (Number.isNaN(right) || Number.isNaN(value))
    return Number.isNaN(value) === Number.isNaN(right);
  return Math.abs(value - right) <= Math.abs(right) * 1e-9;
}
