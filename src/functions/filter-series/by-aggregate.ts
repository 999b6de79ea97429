import { type Aggregate, aggregateNamed } from "../../model/aggregate.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { aggFunc, integer, seriesList, tolerant, withDefault } from "../params.ts";

/** Stable, by the aggregate of each series; one without values counts as the least. */
export function sortByAggregate(
  list: readonly TimeSeries[],
  aggregate: Aggregate,
  isDescending: boolean,
): TimeSeries[] {
  const keyed = list.map((series) => {
    const key = aggregate(series.values, 0, series.values.length);
    return { series, key: Number.isNaN(key) ? Number.NEGATIVE_INFINITY : key };
  });
  const order = isDescending ? -1 : 1;
  keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -order : order));
  return keyed.map(({ series }) => series);
}

function first(name: string, func: string, isDescending: boolean, what: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Filter Series",
    doc: `The n series with the ${what}.`,
    params: { seriesList, n: integer },
    evaluate: ({ seriesList: list, n }) =>
      sortByAggregate(list, aggregateNamed(func), isDescending).slice(0, n),
  });
}

export const highestAverage = first("highestAverage", "average", true, "highest mean");
export const highestCurrent = first("highestCurrent", "last", true, "highest last value");
export const highestMax = first("highestMax", "max", true, "highest maximum");
export const lowestAverage = first("lowestAverage", "average", false, "lowest mean");
export const lowestCurrent = first("lowestCurrent", "last", false, "lowest last value");

export const highest = defineFunction({
  name: "highest",
  group: "Filter Series",
  doc: "The n series that are highest by the named function.",
  params: { seriesList, n: tolerant(integer, 1), func: withDefault(aggFunc, "average") },
  evaluate: ({ seriesList: list, n, func }) =>
    sortByAggregate(list, aggregateNamed(func), true).slice(0, n),
});

export const lowest = defineFunction({
  name: "lowest",
  group: "Filter Series",
  doc: "The n series that are lowest by the named function.",
  params: { seriesList, n: tolerant(integer, 1), func: withDefault(aggFunc, "average") },
  evaluate: ({ seriesList: list, n, func }) =>
    sortByAggregate(list, aggregateNamed(func), false).slice(0, n),
});
