import { AGGREGATES } from "../../model/aggregate.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { keyOf } from "../nodes.ts";
import { anyNumberOf, nodeOrTag, seriesList } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";
import { checkPairs } from "./aggregate-series-lists.ts";
import { quotient } from "./divide-series.ts";

export const weightedAverage = defineFunction({
  name: "weightedAverage",
  group: "Combine",
  doc: "The mean of the first list, weighted by the second one; nodes of the names say which weight is whose.",
  params: {
    seriesListAvg: seriesList,
    seriesListWeight: seriesList,
    nodes: anyNumberOf(nodeOrTag),
  },
  evaluate: ({ seriesListAvg, seriesListWeight, nodes }, { xFilesFactor }) => {
    checkPairs(seriesListAvg, seriesListWeight);
    const byKey = (list: readonly TimeSeries[]): Map<string, TimeSeries> =>
      new Map(list.map((series) => [keyOf(series, nodes), series]));
    const weights = byKey(seriesListWeight);
    const products: TimeSeries[] = [];
    for (const [key, series] of byKey(seriesListAvg)) {
      const weight = weights.get(key);
      if (weight === undefined) continue;
      products.push(
        aggregateSeries([series, weight], "multiply", AGGREGATES.multiply!, xFilesFactor),
      );
    }
    if (products.length === 0) return [];
    const total = aggregateSeries(products, "sum", AGGREGATES.sum!, xFilesFactor);
    const weight = aggregateSeries(seriesListWeight, "sum", AGGREGATES.sum!, xFilesFactor);
    const shown = [sortedPaths(seriesListAvg), sortedPaths(seriesListWeight), nodes.join(",")];
    return [quotient(total, weight, `weightedAverage(${shown.join(", ")})`, xFilesFactor)];
  },
});

function sortedPaths(list: readonly TimeSeries[]): string {
  return [...new Set(list.map((series) => series.pathExpression))].sort().join(",");
}
