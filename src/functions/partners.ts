import type { TimeSeries } from "../model/time-series.ts";

/**
 * For every series what belongs to it in another window: what stands at the same place if the name
 * is the same, else what has the name, else what stands at the same place, for names that change
 * with the window.
 */
export function partners<T extends { readonly name: string }>(
  list: readonly TimeSeries[],
  others: readonly T[],
): (T | undefined)[] {
  const byName = new Map(others.map((other) => [other.name, other]));
  return list.map(({ name }, i) => {
    const opposite = others[i];
    if (opposite?.name === name) return opposite;
    return byName.get(name) ?? (list.length === others.length ? opposite : undefined);
  });
}
