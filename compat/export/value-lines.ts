import { isoTime } from "../../src/model/time-text.ts";
import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";
import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";
import { tierValues } from "./tier-values.ts";

export interface LineRange {
  /** Place in the retention of each series, 0 for the finest. */
  tier: number;
  /** Slots that start in [from, until), seconds. */
  from: number;
  until: number;
  /** How the value of a coarser bucket is made, by name. */
  consolidationOf: (name: string) => Consolidation;
}

/** Lines of carbon's plaintext protocol: `path value time`. */
export function* carbonLines(
  store: OfflineStore,
  list: readonly NamedSeries[],
  range: LineRange,
): Generator<string> {
  for (const { path, time, value } of points(store, list, range)) {
    yield `${path} ${numberText(value)} ${time}\n`;
  }
}

/** Rows of comma-separated values, the first one with their names. */
export function* csvRows(
  store: OfflineStore,
  list: readonly NamedSeries[],
  range: LineRange,
): Generator<string> {
  yield "series,time,value\n";
  for (const { path, time, value } of points(store, list, range)) {
    yield `${csvText(path)},${isoTime(time)},${numberText(value)}\n`;
  }
}

function* points(
  store: OfflineStore,
  list: readonly NamedSeries[],
  { tier, from, until, consolidationOf }: LineRange,
): Generator<{ path: string; time: number; value: number }> {
  for (const { path, series } of list) {
    const { step, lambda } = store.reader.planOf(series).tiers[tier] ?? { step: 0, lambda: 1 };
    if (lambda !== 0) continue;
    const consolidation = consolidationOf(path);
    for (const { firstSlot, values } of tierValues(
      store,
      series,
      step,
      from,
      until,
      consolidation,
    )) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (!Number.isNaN(value)) yield { path, time: (firstSlot + i) * step, value };
      }
    }
  }
}

/** As few digits as bring the same double back; infinities as Python writes them. */
function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

function csvText(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
