import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";
import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import { samplesOf } from "../istatd/export-store.ts";
import { FILEDUMP_HEAD, filedumpRow } from "../istatd/filedump.ts";
import { IstatdBuckets } from "../istatd/format.ts";

/** Rows of a series in a tier as `istatd_filedump` prints them of a StatFile. */
export function* filedumpLines(
  store: OfflineStore,
  { series }: NamedSeries,
  { tier, from, until }: { tier: number; from: number; until: number },
): Generator<string> {
  yield FILEDUMP_HEAD;
  const plan = store.reader.planOf(series);
  const { lambda } = plan.tiers[tier] ?? { lambda: 1 };
  if (lambda !== 0) return;
  const row = new IstatdBuckets(1);
  for (const samples of samplesOf(store, series, plan, tier, from, until)) {
    row.time[0] = samples.time;
    row.sum[0] = samples.sum;
    row.min[0] = samples.min;
    row.max[0] = samples.max;
    row.count[0] = samples.count;
    row.sumSq[0] = samples.sumSq;
    yield filedumpRow(row, 0);
  }
}
