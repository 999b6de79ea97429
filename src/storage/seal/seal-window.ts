import { clearBucket, emptyBucket } from "../bucket.ts";
import { LAST } from "../column.ts";
import { DENSE, DENSE_SHARE, type HeadWindow, SPARSE } from "../head/window.ts";
import { GAUGE } from "../plan.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { firstSlotFrom, slotsBetween } from "../slots.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { StoreView } from "../store-memory.ts";
import type { SectionFiles } from "./section-files.ts";

/**
 * Writes a cut window's datapoints, transposed to one block a series, as sections of `files`.
 * Yields after each shard, so that whoever runs it can do other things in between.
 */
export function* sealWindow(
  view: StoreView,
  window: HeadWindow,
  files: SectionFiles,
): Generator<void> {
  const { series: table, plans, density } = view;
  const values = new Float64Array(window.seconds);
  const columns = new BlockColumns(window.seconds);
  const bucket = emptyBucket();
  const total = table.next;
  for (let shardStart = 0; shardStart < total; shardStart += SHARD_SERIES) {
    const shardEnd = Math.min(total, shardStart + SHARD_SERIES);
    for (const [planNumber, lanes] of lanesByPlan(view, window, shardStart, shardEnd)) {
      const plan = plans.get(planNumber);
      const step = plan.tiers[0]!.step;
      const firstSlot = firstSlotFrom(window.start, step);
      const slots = slotsBetween(window.start, window.seconds, step);
      const writer = files.begin(plan, {
        plan: planNumber,
        mode: plan.mode,
        tier: 0,
        step,
        baseStep: step,
        shard: shardStart / SHARD_SERIES,
        firstSlot,
        slots,
        lsnFirst: window.firstLsn,
        lsnLast: window.cutLsn,
        mask: LAST,
      });
      const slotValues = values.subarray(0, slots);
      for (const series of lanes) {
        let known = 0;
        if (plan.mode === GAUGE) {
          columns.clear(slots);
          window.visitBuckets(series, step, bucket, (slot, found) => {
            columns.set(slot - firstSlot, found);
            known++;
          });
          clearBucket(bucket);
          if (known > 0) writer.addColumns(series - shardStart, columns);
        } else {
          slotValues.fill(Number.NaN);
          window.readValues(series, step, firstSlot, slotValues);
          for (let i = 0; i < slots; i++) if (!Number.isNaN(slotValues[i]!)) known++;
          if (known > 0) writer.addValues(series - shardStart, slotValues);
        }
        view.fill[series] = 1 + Math.round((known / slots) * 100);
        density[series] = known > DENSE_SHARE * slots ? DENSE : SPARSE;
      }
      writer.endSection();
    }
    yield;
  }
}

/** The live series of a shard that have data in the window, by the plan that was in force. */
function lanesByPlan(
  view: StoreView,
  window: HeadWindow,
  from: number,
  to: number,
): Map<number, number[]> {
  const lanes = new Map<number, number[]>();
  const { heads } = window;
  for (let series = heads.next(from, to); series < to; series = heads.next(series + 1, to)) {
    if (view.series.isDeleted(series)) continue;
    const plan = view.series.planAt(series, window.start);
    const list = lanes.get(plan);
    if (list === undefined) lanes.set(plan, [series]);
    else list.push(series);
  }
  return lanes;
}
