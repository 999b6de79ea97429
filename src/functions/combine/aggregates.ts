import { aggregateNamed } from "../../model/aggregate.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { seriesLists } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";

/** A function that aggregates all its arguments together; all are made alike. */
function rowFunction(
  name: string,
  aliases: readonly string[],
  aggregate: string,
  doc: string,
  leavesSingle = false,
): GraphiteFunction {
  return defineFunction({
    name,
    aliases,
    group: "Combine",
    doc,
    params: { seriesLists },
    evaluate: ({ seriesLists: list }, { xFilesFactor, argumentCount }) => {
      if (list.length === 0) return [];
      if (leavesSingle && argumentCount === 1 && list.length === 1) return list;
      const title = name.replace(/Series$/, "");
      return [aggregateSeries(list, title, aggregateNamed(aggregate), xFilesFactor)];
    },
  });
}

export const sumSeries = rowFunction(
  "sumSeries",
  ["sum"],
  "sum",
  "Adds the series up, step by step.",
);
export const averageSeries = rowFunction(
  "averageSeries",
  ["avg"],
  "average",
  "The mean of the series at every step; gaps do not count.",
);
export const minSeries = rowFunction(
  "minSeries",
  [],
  "min",
  "The least value of the series at every step.",
);
export const maxSeries = rowFunction(
  "maxSeries",
  [],
  "max",
  "The greatest value of the series at every step.",
);
export const diffSeries = rowFunction(
  "diffSeries",
  [],
  "diff",
  "The first series less all the others. Where the first has a gap, the next one takes its place.",
);
export const multiplySeries = rowFunction(
  "multiplySeries",
  [],
  "multiply",
  "The product of the series at every step; a gap in one is a gap in the result.",
  true,
);
export const rangeOfSeries = rowFunction(
  "rangeOfSeries",
  [],
  "rangeOf",
  "The distance between the greatest and the least value at every step.",
);
export const stddevSeries = rowFunction(
  "stddevSeries",
  [],
  "stddev",
  "The standard deviation of the series at every step, as of a whole population.",
);
