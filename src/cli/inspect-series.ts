import { findSeries, type NamedSeries } from "../storage/inspect/find-series.ts";
import { OfflineStore } from "../storage/inspect/offline-store.ts";
import { epochsOf } from "../storage/inspect/series-buckets.ts";
import { lockOwner } from "../storage/lock.ts";
import { realEnvironment } from "../storage/node-files.ts";
import { UsageError } from "./exit.ts";
import { printAll } from "./output.ts";
import { type SeriesFormat, type SeriesRange, seriesTexts } from "./series-text.ts";

export interface SeriesQuestion {
  /** A name or a glob. */
  series: string;
  range: SeriesRange;
  /** Series that a glob may stand for. */
  limit: number;
  format: SeriesFormat;
}

/** Prints series of a store; false when something of it is damaged. */
export async function inspectSeries(folder: string, question: SeriesQuestion): Promise<boolean> {
  const owner = lockOwner(folder);
  if (owner !== null) warn(`process ${owner} has ${folder} open: this is how it was a moment ago`);
  const store = OfflineStore.open(realEnvironment, folder);
  try {
    const found = findSeries(store.names, question.series, question.limit);
    requireTier(store, found, question.range.tier);
    await printAll(seriesTexts(store, found, question.range, question.format));
    for (const line of store.damage) warn(line);
    return store.damage.length === 0;
  } finally {
    store.close();
  }
}

/** @throws UsageError when none of the series keeps such a tier */
function requireTier(store: OfflineStore, found: readonly NamedSeries[], tier: number): void {
  let most = 0;
  for (const { series } of found) {
    for (const { plan } of epochsOf(store, series)) {
      const plain = plan.tiers.filter(({ lambda }) => lambda === 0).length;
      most = Math.max(most, plain);
    }
  }
  if (tier < most) return;
  const which = most === 1 ? "tier 0 only" : `the tiers 0 to ${most - 1}`;
  throw new UsageError(`there is no tier ${tier} on disk: ${found[0]!.path} has ${which}`);
}

function warn(text: string): void {
  process.stderr.write(`statite: ${text}\n`);
}
