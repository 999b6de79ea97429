import { isAggregationMethod } from "../../model/aggregation.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type Window } from "../define.ts";
import { oneOf, seriesList, string } from "../params.ts";

/** A name that nothing is known by matters only where points are joined. */
function consolidatedBy(list: readonly TimeSeries[], name: string): TimeSeries[] {
  return list.map((series) =>
    renamed(
      series,
      `consolidateBy(${series.name},"${name}")`,
      { consolidation: name },
      { consolidateBy: name },
    ),
  );
}

/** Where coarser buckets are read they show the same statistic: a maximum of maxima, not of means. */
function asStored(name: string, window: Window): Window {
  const method = name === "avg" ? "average" : name;
  return isAggregationMethod(method) ? { ...window, statistic: method } : window;
}

export const consolidateBy = defineFunction({
  name: "consolidateBy",
  group: "Special",
  doc: "Says how the datapoints are joined where there are more of them than fit.",
  params: {
    seriesList,
    consolidationFunc: oneOf(string, "sum", "average", "min", "max", "first", "last"),
  },
  needsOnlyPlanned: true,
  plan: ({ consolidationFunc }, window) => [asStored(consolidationFunc, window)],
  evaluate: ({ consolidationFunc }, { planned }) => consolidatedBy(planned[0]!, consolidationFunc),
});

export const cumulative = defineFunction({
  name: "cumulative",
  group: "Special",
  doc: "Joins datapoints by their sum where there are more of them than fit.",
  params: { seriesList },
  needsOnlyPlanned: true,
  plan: (_args, window) => [asStored("sum", window)],
  evaluate: (_args, { planned }) => consolidatedBy(planned[0]!, "sum"),
});
