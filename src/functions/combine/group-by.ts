import { AGGREGATES, aggregateNamed } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction, type FunctionContext } from "../define.ts";
import { groupBy, keyOf } from "../nodes.ts";
import { aggOrSeriesFunc, anyNumberOf, nodeOrTag, seriesList, withDefault } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";

export const groupByNode = defineFunction({
  name: "groupByNode",
  group: "Combine",
  doc: "Groups the series by one node of their names and aggregates each group.",
  params: { seriesList, nodeNum: nodeOrTag, callback: withDefault(aggOrSeriesFunc, "average") },
  evaluate: ({ seriesList: list, nodeNum, callback }, context) =>
    groupAndCall(list, [nodeNum], callback, context),
});

export const groupByNodes = defineFunction({
  name: "groupByNodes",
  group: "Combine",
  doc: "Groups the series by nodes of their names and aggregates each group.",
  params: { seriesList, callback: aggOrSeriesFunc, nodes: anyNumberOf(nodeOrTag) },
  evaluate: ({ seriesList: list, callback, nodes }, context) =>
    groupAndCall(list, nodes, callback, context),
});

function groupAndCall(
  list: readonly TimeSeries[],
  nodes: readonly (number | string)[],
  callback: string,
  context: FunctionContext,
): TimeSeries[] {
  const result: TimeSeries[] = [];
  for (const [key, members] of groupBy(list, (series) => keyOf(series, nodes))) {
    const joined = callOnGroup(members, callback, context);
    if (joined !== undefined) result.push(withChanges(joined, { name: key }));
  }
  return result;
}

/** A function that takes a list of series, or an aggregate's name. */
export function callOnGroup(
  members: readonly TimeSeries[],
  callback: string,
  context: FunctionContext,
): TimeSeries | undefined {
  // Of the aggregates only these two are functions of Graphite under their own names as well.
  const isAggregate = Object.hasOwn(AGGREGATES, callback);
  if (!isAggregate || callback === "sum" || callback === "avg") {
    const called = context.call(callback, members);
    if (called !== undefined) return called[0];
  }
  const name = callback.replace(/Series$/, "");
  if (!Object.hasOwn(AGGREGATES, name)) {
    throw new GraphiteError(
      "ERR_ARGUMENT",
      `${callback} is neither an aggregation nor a function of series`,
    );
  }
  return aggregateSeries(members, name, aggregateNamed(name), context.xFilesFactor);
}
