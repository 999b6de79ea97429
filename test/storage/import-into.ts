import type { Environment } from "../../src/storage/environment.ts";
import { ImportBatch, stretchOf } from "../../src/storage/import/import-batch.ts";
import { finalSpans } from "../../src/storage/merge/spans.ts";
import type { OnlyStatistic } from "../../src/storage/statistic.ts";
import { STATFILE_FOLDER } from "../../src/storage/store-folder.ts";
import type { StoreHarness } from "./store-harness.ts";

/** Values by time: starts of slots. */
export type ImportedPoints = Iterable<readonly [time: number, value: number]>;

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
  const { view, recovered } = store;
  const planNumber = view.series.planOf[series]!;
  const plan = view.plans.get(planNumber);
  const { step, retention } = plan.tiers[tier]!;
  const all = [...points];
  const times = all.map(([time]) => time);
  const batch = new ImportBatch();
  for (const span of finalSpans(step, retention, Math.min(...times), Math.max(...times) + 1)) {
    const stretch = stretchOf(plan, planNumber, tier, span);
    const values = new Float64Array(stretch.slots).fill(Number.NaN);
    for (const [time, value] of all) {
      const at = Math.floor(time / step) - stretch.firstSlot;
      if (at >= 0 && at < stretch.slots) values[at] = value;
    }
    if (values.every(Number.isNaN)) continue;
    if (tier === 0) {
      batch.addValues(series, stretch, values);
    } else {
      const known = new Float64Array(stretch.slots).fill(slots);
      batch.addBuckets(series, stretch, statistic, values, known);
    }
  }
  const number = recovered.manifest.lastImport + 1;
  const add = batch.write(env, `${folder}/${STATFILE_FOLDER}`, number, "0");
  recovered.manifest.commit({ add });
  store.files.add(add);
  store.merger.added(add);
}
