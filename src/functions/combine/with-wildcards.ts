import { aggregateNamed } from "../../model/aggregate.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { groupBy } from "../nodes.ts";
import { aggFunc, anyNumberOf, node, seriesList } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";

export const aggregateWithWildcards = defineFunction({
  name: "aggregateWithWildcards",
  group: "Combine",
  doc: "Groups the series whose names are equal but for the given nodes and aggregates each group by the named function.",
  params: { seriesList, func: aggFunc, position: anyNumberOf(node) },
  evaluate: ({ seriesList: list, func, position }, { xFilesFactor }) =>
    withoutNodes(list, func.replace(/Series$/, ""), position, xFilesFactor),
});

export const averageSeriesWithWildcards = wildcardFunction(
  "averageSeriesWithWildcards",
  "average",
  "The mean of the series whose names are equal but for the given nodes.",
);
export const multiplySeriesWithWildcards = wildcardFunction(
  "multiplySeriesWithWildcards",
  "multiply",
  "The product of the series whose names are equal but for the given nodes.",
);
export const sumSeriesWithWildcards = wildcardFunction(
  "sumSeriesWithWildcards",
  "sum",
  "The sum of the series whose names are equal but for the given nodes.",
);

function wildcardFunction(name: string, func: string, doc: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Combine",
    doc,
    params: { seriesList, position: anyNumberOf(node) },
    evaluate: ({ seriesList: list, position }, { xFilesFactor }) =>
      withoutNodes(list, func, position, xFilesFactor),
  });
}

/** Nodes of the whole name: what functions have written into it counts, too. */
function withoutNodes(
  list: readonly TimeSeries[],
  func: string,
  positions: readonly number[],
  xFilesFactor: number,
): TimeSeries[] {
  const join = aggregateNamed(func);
  const removed = new Set(positions);
  const groups = groupBy(list, ({ name }) =>
    name
      .split(".")
      .filter((_, i) => !removed.has(i))
      .join("."),
  );
  return [...groups].map(([name, members]) =>
    withChanges(aggregateSeries(members, func, join, xFilesFactor), { name }),
  );
}
