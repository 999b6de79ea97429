import { EVENT, GAUGE, type Mode, type Plan, REPLACE } from "../../../src/storage/plan.ts";
import type { StoreHarness } from "../store-harness.ts";
import { epochAt, type Model, type ModelSeries } from "./model.ts";
import type { World } from "./world.ts";

const KINDS: readonly { mode: Mode; step: number }[] = [
  { step: 10, mode: REPLACE },
  { step: 60, mode: REPLACE },
  { step: 7, mode: REPLACE },
  { step: 420, mode: REPLACE },
  { step: 3600, mode: REPLACE },
  { step: 1, mode: REPLACE },
  { step: 10, mode: GAUGE },
  { step: 10, mode: EVENT },
];
const DAY = 86_400;
/** What the finest tier may keep; the coarsest keeps more than a world lasts. */
const RETENTIONS = [DAY / 4, 3 * DAY, 60 * DAY, 4000 * DAY];
const LONGEST = 8000 * DAY;
/** Coarser tiers have this many slots of the next finer one in a bucket. */
const RATIO = 6;

/** What occurs in one world: a part of everything, so that a world is cheap. */
export interface Scenery {
  kinds: readonly { mode: Mode; step: number }[];
  retentions: readonly number[];
}

export function sceneryOf(world: World): Scenery {
  return {
    kinds: KINDS.filter(() => world.chance(0.45)).concat(world.pick(KINDS)),
    retentions: [world.pick(RETENTIONS), world.pick(RETENTIONS)],
  };
}

/** One life of the store, up to a crash or to the end of its steps. */
export function live(
  world: World,
  scenery: Scenery,
  store: StoreHarness,
  model: Model,
  steps: number,
): void {
  for (let i = 0; i < steps; i++) {
    const roll = world.random();
    if (roll < 0.6) for (let n = world.below(20); n >= 0; n--) send(world, scenery, store, model);
    else if (roll < 0.74) store.writer.tick();
    else if (roll < 0.84) store.writeFrame();
    else if (roll < 0.89) store.sync();
    else if (roll < 0.97) {
      if (store.sealer.step() === "idle") store.mergeStep();
    } else if (roll < 0.98) store.writer.freezeStrays();
    else if (roll < 0.987) deleteSome(world, scenery, store, model);
    else changePlan(world, scenery, store, model);
    world.pass(world.chance(0.05) ? world.below(400_000) : world.below(3000));
    // Steps of the clock, small and large; with the large ones nothing may expire.
    if (world.chance(0.01)) world.wall += world.below(500_000) - world.below(900_000);
  }
}

function send(world: World, scenery: Scenery, store: StoreHarness, model: Model): void {
  const kind = world.below(scenery.kinds.length);
  const number = world.below(4);
  const path = number === 3 ? `s${kind};n=3` : `s${kind}x${number}.a`;
  let series = store.names.seriesAt(path);
  if (series < 0) {
    const { mode, step } = scenery.kinds[kind]!;
    const plan = planOf(world, scenery, mode, step);
    series = store.writer.createSeries(path, store.writer.planNumber(plan));
    model.define(path, series, plan, store.writer.lsn - 1);
  }
  const time = timeFor(world, model.series.get(path)!);
  const value = world.chance(0.5) ? world.below(1000) / 10 : world.random() * 1000 + 1;
  const decimal = Math.round(value * 10) / 10 === value;
  const refusal = store.writer.point(
    series,
    time,
    value,
    decimal ? Math.round(value * 10) : 0,
    decimal ? 1 : -1,
  );
  if (refusal === null) model.send(path, { time, value, lsn: store.writer.lsn - 1 });
}

/** Mostly the present; sometimes late, very late or ahead, but nothing that the finest tier drops. */
function timeFor(world: World, series: ModelSeries): number {
  const { now } = world;
  const { step, retention } = series.epochs[epochAt(series, now)]!.plan.tiers[0]!;
  const roll = world.random();
  let age = world.below(30);
  if (roll < 0.1) age = world.below(Math.max(3600, step * 12));
  else if (roll < 0.13) age = world.below(Math.min(40 * DAY, step * 3000));
  else if (roll < 0.17) age = -world.below(3000);
  return now - Math.min(age, Math.floor(retention * 0.8));
}

function planOf(world: World, { retentions }: Scenery, mode: Mode, step: number): Plan {
  const finest = Math.max(world.pick(retentions), step * 50);
  const kept = [finest, Math.max(finest * 4, 30 * DAY), LONGEST];
  // Retentions of their own keep the tiers of different steps in different files.
  const tiers = kept.map((retention, i) => ({
    step: step * RATIO ** i,
    retention: retention + i,
    lambda: 0,
  }));
  return { mode, tiers };
}

/** As a changed storage-schemas.conf does it. */
function changePlan(world: World, scenery: Scenery, store: StoreHarness, model: Model): void {
  const candidates = [...model.series.values()];
  if (candidates.length === 0) return;
  const { path, epochs } = world.pick(candidates);
  const { mode } = epochs[0]!.plan;
  const plan = planOf(world, scenery, mode, world.pick(scenery.kinds).step);
  const number = store.writer.planNumber(plan);
  const series = store.names.seriesAt(path);
  if (number === store.view.series.planOf[series]) return;
  const from = store.writer.changePlan(series, number, false);
  if (from !== null) model.change(path, from, plan, store.writer.lsn - 1);
}

/** One series, or some of a kind. */
function deleteSome(world: World, scenery: Scenery, store: StoreHarness, model: Model): void {
  const kind = `s${world.below(scenery.kinds.length)}`;
  const found = [...model.series.values()].filter(({ path }) => path.startsWith(kind));
  const gone = world.chance(0.5) ? found.slice(0, 1) : found.filter(() => world.chance(0.7));
  if (gone.length === 0) return;
  store.writer.deleteSeries(gone.map(({ number }) => number));
  model.delete(
    gone.map(({ path }) => path),
    store.writer.lsn - 1,
  );
}
