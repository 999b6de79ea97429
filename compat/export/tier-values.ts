import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import { stretchesOf } from "../../src/storage/read/geometry.ts";
import { nextSlotWithData } from "../../src/storage/read/tier-reader.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";

/** Values of slots number `firstSlot` and those after it; NaN where nothing is known. */
export interface TierChunk {
  firstSlot: number;
  values: Float64Array;
}

/** Slots that are read at a time. */
const CHUNK_SLOTS = 1 << 14;

/**
 * What the server would answer for a series on the grid of `step`, of the slots that start in
 * [from, until), seconds, some at a time; stretches of time without any data are left out.
 */
export function* tierValues(
  store: OfflineStore,
  series: number,
  step: number,
  from: number,
  until: number,
  consolidation: Consolidation,
): Generator<TierChunk> {
  const end = Math.ceil(until / step);
  const parts = store.partsBetween(from, until + step);
  for (let at = Math.ceil(from / step); ; ) {
    at = Math.max(at, nextSlotWithData(at, step, parts));
    if (!(at < end)) return;
    const slots = Math.min(CHUNK_SLOTS, end - at);
    const [start, stop] = [at * step, (at + slots) * step];
    const stretches = stretchesOf(store.view.series, series, start, stop - 1);
    const geometry = { start, end: stop, step, stretches };
    const [read] = store.reader.read([series], [geometry], [consolidation]);
    if (read !== null && read !== undefined) yield { firstSlot: at, values: read.values };
    at += slots;
  }
}
