import { Crash } from "../simulated-files.ts";
import { StoreHarness } from "../store-harness.ts";
import { differenceOf } from "./check.ts";
import { Model } from "./model.ts";
import { live, type Scenery, sceneryOf } from "./workload.ts";
import { World } from "./world.ts";

/** Milliseconds that pass after a life: small merges, whole days, or months with their roll-ups. */
const PAUSES = [0, 10_000_000, 400_000_000, 100_000_000_000];
/** Milliseconds after which all that is in memory is sealed. */
const SETTLE_MS = 800_000;
const LIVES = 3;
const OPTIONS = { maxStrays: 300, strayAgeSeconds: 600, rotateBytes: 20_000 };

/**
 * A few lives of a store, each ended at some write by a kill or, in other worlds, by a power cut.
 * Returns what is wrong afterwards, null when everything that was promised is there and nothing else.
 */
export function simulate(seed: number): string | null {
  const world = new World(seed);
  const kind = world.chance(0.5) ? "kill" : "power";
  const scenery = sceneryOf(world);
  const model = new Model();
  for (let life = 0; life < LIVES; life++) {
    const problem = liveAndDie(world, scenery, model, kind, seed + life);
    if (problem !== null) return `seed ${seed}, ${kind}, life ${life}: ${problem}`;
  }
  return null;
}

function open(world: World): StoreHarness {
  return new StoreHarness(world.environment, "data", {
    maxSeries: 256,
    pages: 2048,
    ringBytes: 1 << 18,
    options: OPTIONS,
  });
}

function liveAndDie(
  world: World,
  scenery: Scenery,
  model: Model,
  kind: "kill" | "power",
  crashSeed: number,
): string | null {
  let store: StoreHarness | null = null;
  world.files.crashAfter(world.files.steps + 1 + world.below(120));
  try {
    store = open(world);
    live(world, scenery, store, model, 20 + world.below(150));
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  const safe = kind === "kill" ? store?.wal.writtenLsn : store?.wal.durableLsn;
  world.files = world.files.crash(kind, crashSeed);

  const after = open(world);
  const { logEndLsn, manifest, damage } = after.recovered;
  // The log may be gone when all that it had is elsewhere.
  const droppedLsn = store?.wal.droppedLsn ?? 0;
  if (safe !== undefined && logEndLsn < safe && droppedLsn < safe)
    return `recovered to ${logEndLsn}, ${safe} was safe`;
  if (damage.length > 0) return JSON.stringify(damage);
  model.forgetFrom(
    Math.max(logEndLsn, droppedLsn, manifest.highestLsn),
    ({ path, number: seriesNumber }, { from, plan }) => {
      const series = after.names.seriesAt(path);
      const number = after.view.plans.numberOf(plan);
      return (
        series === seriesNumber &&
        after.view.series.epochs(series).some((e) => e.from === from && e.plan === number)
      );
    },
    (series) => after.view.series.isDeleted(series),
  );

  const check = (when: string): string | null => {
    const problem = differenceOf(after, model, world) ?? after.broken[0];
    return problem === undefined ? null : `${when}: ${problem}`;
  };
  const recovered = check("recovered");
  if (recovered !== null) return recovered;
  // Four stray logs can wait at once: one is flushed by the second turn only.
  world.pass(SETTLE_MS);
  after.settle();
  after.settle();
  const settled = check("settled");
  if (settled !== null) return settled;
  world.pass(world.pick(PAUSES));
  after.settle();
  return check("merged");
}
