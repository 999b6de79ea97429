import { aggregateNamed } from "../../model/aggregate.ts";
import { defineFunction } from "../define.ts";
import { aggFunc, float, optional, seriesList } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";

export const aggregate = defineFunction({
  name: "aggregate",
  group: "Combine",
  doc: "Aggregates the series into one by the named function.",
  params: { seriesList, func: aggFunc, xFilesFactor: optional(float) },
  evaluate: ({ seriesList: list, func, xFilesFactor }, context) => {
    const name = func.replace(/Series$/, "");
    const join = aggregateNamed(name);
    if (list.length === 0) return [];
    const result = aggregateSeries(list, name, join, context.xFilesFactor, xFilesFactor);
    return [{ ...result, xFilesFactor: xFilesFactor ?? null }];
  },
});
