import { aggregateNamed } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { aggFunc, float, optional, seriesList } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";

export const aggregateSeriesLists = defineFunction({
  name: "aggregateSeriesLists",
  group: "Combine",
  doc: "Pairs two lists of equal length and aggregates each pair by the named function.",
  params: {
    seriesListFirstPos: seriesList,
    seriesListSecondPos: seriesList,
    func: aggFunc,
    xFilesFactor: optional(float),
  },
  evaluate: ({ seriesListFirstPos, seriesListSecondPos, func, xFilesFactor }, context) =>
    aggregatePairs(
      seriesListFirstPos,
      seriesListSecondPos,
      func.replace(/Series$/, ""),
      xFilesFactor ?? context.xFilesFactor,
    ).map((series) => withChanges(series, { xFilesFactor: xFilesFactor ?? null })),
});

export const sumSeriesLists = pairFunction(
  "sumSeriesLists",
  "sum",
  "Adds up the first series of both lists, the second ones, and so on.",
);
export const diffSeriesLists = pairFunction(
  "diffSeriesLists",
  "diff",
  "Each series of the first list less the one at its place in the second.",
);
export const multiplySeriesLists = pairFunction(
  "multiplySeriesLists",
  "multiply",
  "Each series of the first list times the one at its place in the second.",
);

function pairFunction(name: string, func: string, doc: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Combine",
    doc,
    params: { seriesListFirstPos: seriesList, seriesListSecondPos: seriesList },
    evaluate: ({ seriesListFirstPos, seriesListSecondPos }, { xFilesFactor }) =>
      aggregatePairs(seriesListFirstPos, seriesListSecondPos, func, xFilesFactor),
  });
}

function aggregatePairs(
  first: readonly TimeSeries[],
  second: readonly TimeSeries[],
  func: string,
  xFilesFactor: number,
): TimeSeries[] {
  checkPairs(first, second);
  const join = aggregateNamed(func);
  return first.map((one, i) => {
    const other = second[i]!;
    const name = `${func}Series(${one.name},${other.name})`;
    return withChanges(aggregateSeries([one, other], func, join, xFilesFactor), { name });
  });
}

/** @throws GraphiteError ERR_ARGUMENT when a series has no partner */
export function checkPairs(first: readonly TimeSeries[], second: readonly TimeSeries[]): void {
  if (first.length === second.length) return;
  const message = `both lists must have equally many series, not ${first.length} and ${second.length}`;
  throw new GraphiteError("ERR_ARGUMENT", message);
}
