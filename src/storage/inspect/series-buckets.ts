import { type Bucket, emptyBucket, setSingle } from "../bucket.ts";
import { GAUGE, type Plan } from "../plan.ts";
import type { Part } from "../read/parts.ts";
import { nextSlotWithData } from "../read/tier-reader.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { OfflineStore } from "./offline-store.ts";

/** A stretch of a series that one plan governs: [from, until), seconds. */
export interface Epoch {
  from: number;
  until: number;
  planNumber: number;
  plan: Plan;
  /** Its step is the one at which the datapoints before it came. */
  isLearned: boolean;
}

/** Slots that are read at a time. */
const CHUNK_SLOTS = 16_384;

export function epochsOf({ view }: OfflineStore, series: number): Epoch[] {
  const epochs = view.series.epochs(series);
  return epochs.map(({ from, plan, isLearned }, i) => ({
    from,
    isLearned,
    until: epochs[i + 1]?.from ?? Number.POSITIVE_INFINITY,
    planNumber: plan,
    plan: view.plans.get(plan),
  }));
}

/**
 * The buckets of a series in a tier that start in [from, until), in order, each with its time; empty
 * ones are left out. What a plan keeps no such plain tier of is left out as well.
 */
export function* bucketsOf(
  store: OfflineStore,
  series: number,
  tier: number,
  from: number,
  until: number,
): Generator<Bucket & { time: number }> {
  for (const epoch of epochsOf(store, series)) {
    const { step, lambda } = epoch.plan.tiers[tier] ?? { step: 1, lambda: 1 };
    if (lambda !== 0) continue;
    const start = Math.max(from, epoch.from);
    const end = Math.min(until, epoch.until);
    if (start >= end) continue;
    // The last bucket may reach over the end.
    const parts = store.partsBetween(start, end + step);
    const last = Math.ceil(end / step);
    for (let at = Math.ceil(start / step); ; ) {
      at = Math.max(at, nextSlotWithData(at, step, parts));
      if (!(at < last)) break;
      const slots = Math.min(CHUNK_SLOTS, last - at);
      yield* readChunk(store, series, epoch, tier, at, slots, parts);
      at += slots;
    }
  }
}

function* readChunk(
  { tiers }: OfflineStore,
  series: number,
  { planNumber, plan }: Epoch,
  tier: number,
  firstSlot: number,
  slots: number,
  parts: readonly Part[],
): Generator<Bucket & { time: number }> {
  const { step } = plan.tiers[tier]!;
  if (tier === 0 && plan.mode !== GAUGE) {
    const values = new Float64Array(slots).fill(Number.NaN);
    tiers.readValues(series, planNumber, firstSlot, values, parts);
    for (let i = 0; i < slots; i++) {
      if (Number.isNaN(values[i]!)) continue;
      const bucket = { ...emptyBucket(), time: (firstSlot + i) * step };
      setSingle(bucket, values[i]!);
      yield bucket;
    }
    return;
  }
  const columns = new BlockColumns(slots);
  tiers.readColumns(series, planNumber, tier, firstSlot, slots, columns, parts);
  for (let i = 0; i < slots; i++) {
    if (columns.count[i] === 0) continue;
    const bucket = { ...emptyBucket(), time: (firstSlot + i) * step };
    columns.get(i, bucket);
    yield bucket;
  }
}
