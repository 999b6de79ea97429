import type { TimeSeries } from "../model/time-series.ts";
import { firstPathOf } from "../target/first-path.ts";

/**
 * The parts of a series' name that nodes and tags name, joined by dots. A number is a node of the
 * first path in the name (negative: from the end), a text is a tag. What is missing is empty.
 */
export function keyOf(series: TimeSeries, nodes: readonly (number | string)[]): string {
  const path = firstPathOf(series.name).split(";")[0]!;
  const parts = path.split(".");
  return nodes
    .map((node) => {
      if (typeof node === "string") return series.tags[node] ?? "";
      return parts[node < 0 ? parts.length + node : node] ?? "";
    })
    .join(".");
}

/** Groups by key, in the order in which the keys first appear. */
export function groupBy<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The tags that all series share with the same value. */
export function commonTags(list: readonly TimeSeries[]): Record<string, string> {
  const [first, ...rest] = list;
  const common: Record<string, string> = {};
  for (const [tag, value] of Object.entries(first?.tags ?? {})) {
    if (rest.every((series) => series.tags[tag] === value)) common[tag] = value;
  }
  return common;
}

/** The distinct path expressions of all series, in order, as names of aggregates show them. */
export function joinedPaths(list: readonly TimeSeries[]): string {
  return [...new Set(list.map((series) => series.pathExpression))].join(",");
}
