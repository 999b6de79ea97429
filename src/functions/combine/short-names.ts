import { type Aggregate, aggregateNamed, consolidationNamed } from "../../model/aggregate.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { seriesLists } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";
import {
  diffSeries,
  maxSeries,
  minSeries,
  multiplySeries,
  rangeOfSeries,
  stddevSeries,
} from "./aggregates.ts";

/** A second name that only carbonapi has; apart from the function, so that each says its origin. */
function secondName(name: string, fn: GraphiteFunction): GraphiteFunction {
  return { ...fn, name, aliases: [], origin: "carbonapi" };
}

export const diff = secondName("diff", diffSeries);
export const max = secondName("max", maxSeries);
export const min = secondName("min", minSeries);
export const multiply = secondName("multiply", multiplySeries);
export const rangeOf = secondName("rangeOf", rangeOfSeries);
export const stddev = secondName("stddev", stddevSeries);

/** `name` and `nameSeries` both answer as `nameSeries(...)`. */
function rowFunction(
  name: string,
  aggregate: Aggregate,
  doc: string,
  aliases: readonly string[] = [`${name}Series`],
): GraphiteFunction {
  return defineFunction({
    name,
    aliases,
    group: "Combine",
    origin: "carbonapi",
    doc,
    params: { seriesLists },
    evaluate: ({ seriesLists: list }, { xFilesFactor }) =>
      list.length === 0 ? [] : [aggregateSeries(list, name, aggregate, xFilesFactor)],
  });
}

export const averageZero = rowFunction(
  "avg_zero",
  aggregateNamed("avg_zero"),
  "The mean of the series at every step, with gaps counted as 0.",
);
// Graphite's countSeries counts gaps too, so it is another function.
export const count = rowFunction(
  "count",
  aggregateNamed("count"),
  "How many of the series have a value, at every step.",
  [],
);
export const current = rowFunction(
  "current",
  aggregateNamed("current"),
  "The value of the last series that has one, at every step.",
);
export const first = rowFunction(
  "first",
  consolidationNamed("first"),
  "The value of the first series that has one, at every step.",
);
export const last = rowFunction(
  "last",
  aggregateNamed("last"),
  "The value of the last series that has one, at every step.",
);
export const median = rowFunction(
  "median",
  aggregateNamed("median"),
  "The median of the series at every step.",
);
export const range = rowFunction(
  "range",
  aggregateNamed("range"),
  "The distance between the greatest and the least value at every step.",
);
export const total = rowFunction(
  "total",
  aggregateNamed("total"),
  "Adds the series up, step by step.",
);
