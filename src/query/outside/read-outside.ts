import type { BucketGrid } from "../../render/series-source.ts";
import { REPLACE } from "../../storage/plan.ts";
import { keptGrid, type ReadWindow, reachingTier } from "../../storage/read/geometry.ts";
import { type ReadSeries, tierWithin } from "../../storage/read/store-reader.ts";
import { pickOfSingles, pickStatistic } from "../../storage/roll-up/pick-statistic.ts";
import { TierBuilder } from "../../storage/roll-up/tier-builder.ts";
import { BlockColumns } from "../../storage/statfile/block.ts";
import { consolidationFor, type WantedStatistic } from "../store-source.ts";
import type { OutsideSeries } from "./outside-store.ts";

/** Slots that are read at a time, so that a long range at a fine step stays bounded. */
const CHUNK_SLOTS = 16_384;

const builder = new TierBuilder();
let chunk = new BlockColumns(1024);

/** The grid that a series of another store is answered on; null when it keeps nothing of the window. */
export function outsideGrid({ tiers }: OutsideSeries, window: ReadWindow): BucketGrid | null {
  const plain = tiers.filter(({ lambda }) => lambda === 0);
  const longest = Math.max(...plain.map(({ retention }) => retention));
  return keptGrid(window, longest, (_from, _until, age) => tiers[reachingTier(tiers, age)]!.step);
}

/**
 * A series of another store on a grid: where that is one of its tiers as it is stored there, bit for
 * bit, else aggregated from what is finer as our own series are. @throws OutsideFileError
 */
export function readOutside(
  series: OutsideSeries,
  { start, end, step, age }: BucketGrid,
  wanted: WantedStatistic,
): ReadSeries {
  const { tiers, mode, method, xFilesFactor } = series;
  const { statistic, isExact = false } = wanted;
  const values = new Float64Array(Math.round((end - start) / step));
  const tier = reachingTier(tiers, age);
  const isStored = mode === REPLACE && tiers[tier]!.step === step;
  if (isStored && (tier === 0 || !isExact || statistic === method)) {
    series.readValues(tier, Math.round(start / step), values);
    if (tier === 0 && isExact && statistic !== undefined) pickOfSingles(values, statistic);
    return { start, end, step, values };
  }
  const consolidation = consolidationFor({ method, xFilesFactor }, wanted);
  const baseStep = tiers[0]!.step;
  const meaning = { mode, step, baseStep, secondsPerSlot: baseStep };
  const bucket = new BlockColumns(1);
  buildOutside(series, { start, end, step, age });
  for (let i = 0; i < values.length; i++) {
    builder.copy(i, bucket, 0);
    values[i] = pickStatistic(bucket, 0, consolidation, meaning);
  }
  return { start, end, step, values };
}

/** Fills the empty slots of `columns` with what another store has of them. @throws OutsideFileError */
export function fillFromOutside(
  series: OutsideSeries,
  grid: BucketGrid,
  columns: BlockColumns,
): void {
  buildOutside(series, grid);
  for (let i = 0; i < columns.length; i++) if (columns.count[i] === 0) builder.copy(i, columns, i);
}

/** Brings the buckets of a grid to the builder. */
function buildOutside(series: OutsideSeries, { start, end, step, age }: BucketGrid): void {
  const { tiers } = series;
  builder.begin(start, step, Math.round((end - start) / step));
  const tier = tierWithin(tiers, step, age);
  const { step: own } = tiers[tier]!;
  const last = Math.ceil(end / own);
  for (let slot = Math.ceil(start / own); slot < last; slot += CHUNK_SLOTS) {
    const slots = Math.min(CHUNK_SLOTS, last - slot);
    if (chunk.length < slots) chunk = new BlockColumns(CHUNK_SLOTS);
    series.readColumns(tier, slot, slots, chunk);
    builder.addBuckets(own, slot, slots, chunk);
  }
}
