import type { Totals } from "../api/operate.ts";

export type Counted = "received" | "refused" | "queries" | "cpu";

/** How much a total grew a second between each two moments; a total that fell began anew. */
export function ratesOf(history: readonly Totals[], name: Counted): number[] {
  return history.slice(1).map((totals, i) => {
    const before = history[i]!;
    const seconds = totals.time - before.time;
    return seconds <= 0 ? 0 : Math.max(0, totals[name] - before[name]) / seconds;
  });
}

/** How much a total grew a second over the last half minute or so; null where that is not known yet. */
export function recentRate(history: readonly Totals[], name: Counted): number | null {
  const last = history.at(-1);
  const first = history.findLast((totals) => last !== undefined && totals.time <= last.time - 25);
  if (last === undefined || first === undefined) return null;
  return Math.max(0, last[name] - first[name]) / (last.time - first.time);
}
