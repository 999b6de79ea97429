import type { Bucket } from "../../src/storage/bucket.ts";
import type { Environment } from "../../src/storage/environment.ts";
import {
  ImportBatch,
  type ImportStretch,
  stretchOf,
} from "../../src/storage/import/import-batch.ts";
import { finalSpans } from "../../src/storage/merge/spans.ts";
import { BlockColumns } from "../../src/storage/statfile/block.ts";
import type { OnlyStatistic } from "../../src/storage/statistic.ts";
import { STATFILE_FOLDER } from "../../src/storage/store-folder.ts";
import type { StoreHarness } from "./store-harness.ts";

/** Values by time: starts of slots. */
export type ImportedPoints = Iterable<readonly [time: number, value: number]>;

/** Buckets by time: starts of slots. */
export type ImportedBuckets = Iterable<readonly [time: number, bucket: Bucket]>;

/**
 * Imports values of a tier of a series, as another store had them; those of a coarser tier are known
 * by `statistic`, each made of `slots` base slots.
 */
export function importInto(
  store: StoreHarness,
  env: Environment,
  folder: string,
  series: number,
  tier: number,
  points: ImportedPoints,
  statistic: OnlyStatistic,
  slots: number,
): void {
  bring(store, env, folder, series, tier, [...points], (batch, stretch, own) => {
    const values = new Float64Array(stretch.slots).fill(Number.NaN);
    for (const [at, value] of own) values[at] = value;
    if (tier === 0) {
      batch.addValues(series, stretch, values);
    } else {
      const known = new Float64Array(stretch.slots).fill(slots);
      batch.addBuckets(series, stretch, statistic, values, known);
    }
  });
}

/** Imports buckets of which all is known but the last sample. */
export function importBucketsInto(
  store: StoreHarness,
  env: Environment,
  folder: string,
  series: number,
  tier: number,
  buckets: ImportedBuckets,
): void {
  bring(store, env, folder, series, tier, [...buckets], (batch, stretch, own) => {
    const columns = new BlockColumns(stretch.slots);
    for (const [at, bucket] of own) columns.set(at, bucket);
    batch.addColumns(series, stretch, columns);
  });
}

/** Calls `put` for each stretch with what starts in it, by slot of the stretch. */
function bring<T>(
  store: StoreHarness,
  env: Environment,
  folder: string,
  series: number,
  tier: number,
  all: (readonly [time: number, item: T])[],
  put: (batch: ImportBatch, stretch: ImportStretch, own: [number, T][]) => void,
): void {
  const { view, recovered } = store;
  const planNumber = view.series.planOf[series]!;
  const plan = view.plans.get(planNumber);
  const { step, retention } = plan.tiers[tier]!;
  const times = all.map(([time]) => time);
  const batch = new ImportBatch();
  for (const span of finalSpans(step, retention, Math.min(...times), Math.max(...times) + 1)) {
    const stretch = stretchOf(plan, planNumber, tier, span);
    const own = all
      .map(([time, item]): [number, T] => [Math.floor(time / step) - stretch.firstSlot, item])
      .filter(([at]) => at >= 0 && at < stretch.slots);
    if (own.length > 0) put(batch, stretch, own);
  }
  const number = recovered.manifest.lastImport + 1;
  const add = batch.write(env, `${folder}/${STATFILE_FOLDER}`, number, "0");
  recovered.manifest.commit({ add });
  store.files.add(add);
  store.merger.added(add);
}
