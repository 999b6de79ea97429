import { type Aggregate, aggregateNamed } from "../../model/aggregate.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const averageAbove = above("averageAbove", "average", "mean");
export const averageBelow = below("averageBelow", "average", "mean");
export const currentAbove = above("currentAbove", "last", "last value");
export const currentBelow = below("currentBelow", "last", "last value");
export const maximumAbove = above("maximumAbove", "max", "greatest value");
export const maximumBelow = below("maximumBelow", "max", "greatest value");
export const minimumAbove = above("minimumAbove", "min", "least value");
export const minimumBelow = below("minimumBelow", "min", "least value");

function above(name: string, func: string, what: string): GraphiteFunction {
  const aggregate = aggregateNamed(func);
  return defineFunction({
    name,
    group: "Filter Series",
    doc: `The series whose ${what} is above n.`,
    params: { seriesList, n: float },
    evaluate: ({ seriesList: list, n }) => list.filter((series) => isAbove(series, aggregate, n)),
  });
}

/** What has no value is below everything. */
function below(name: string, func: string, what: string): GraphiteFunction {
  const aggregate = aggregateNamed(func);
  return defineFunction({
    name,
    group: "Filter Series",
    doc: `The series whose ${what} is at most n; series without values, too.`,
    params: { seriesList, n: float },
    evaluate: ({ seriesList: list, n }) => list.filter((series) => !isAbove(series, aggregate, n)),
  });
}

function isAbove({ values }: TimeSeries, aggregate: Aggregate, n: number): boolean {
  return aggregate(values, 0, values.length) > n;
}
