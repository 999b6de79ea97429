import type { StoreView } from "../store-memory.ts";
import type { PlacedSeries } from "./import-target.ts";

/** A series with its plans, each with the time that it governs. */
export function placedSeries(view: StoreView, series: number, isNew: boolean): PlacedSeries {
  const epochs = view.series.epochs(series);
  return {
    series,
    isNew,
    epochs: epochs.map(({ from, plan }, i) => ({
      from,
      until: epochs[i + 1]?.from ?? Number.POSITIVE_INFINITY,
      planNumber: plan,
      plan: view.plans.get(plan),
    })),
  };
}
