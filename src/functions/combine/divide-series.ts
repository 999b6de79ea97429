import { GraphiteError } from "../../model/errors.ts";
import { newSeries, renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { normalize } from "../normalize.ts";
import { seriesList } from "../params.ts";
import { checkPairs } from "./aggregate-series-lists.ts";

export const divideSeries = defineFunction({
  name: "divideSeries",
  group: "Combine",
  doc: "Divides each series by one divisor, step by step; a division by zero is a gap.",
  params: { dividendSeriesList: seriesList, divisorSeries: seriesList },
  evaluate: ({ dividendSeriesList, divisorSeries }, { xFilesFactor }) => {
    const [divisor, ...others] = divisorSeries;
    if (others.length > 0) {
      throw new GraphiteError(
        "ERR_ARGUMENT",
        "divideSeries takes one divisor: this one matches several series",
      );
    }
    return dividendSeriesList.map((dividend) => {
      if (divisor !== undefined) return divided(dividend, divisor, xFilesFactor);
      const values = new Float64Array(dividend.values.length).fill(Number.NaN);
      return renamed(dividend, `divideSeries(${dividend.name},MISSING)`, { values });
    });
  },
});

export const divideSeriesLists = defineFunction({
  name: "divideSeriesLists",
  group: "Combine",
  doc: "Divides each series of the first list by the one at its place in the second.",
  params: { dividendSeriesList: seriesList, divisorSeriesList: seriesList },
  evaluate: ({ dividendSeriesList, divisorSeriesList }, { xFilesFactor }) => {
    checkPairs(dividendSeriesList, divisorSeriesList);
    return dividendSeriesList.map((dividend, i) =>
      divided(dividend, divisorSeriesList[i]!, xFilesFactor),
    );
  },
});

function divided(dividend: TimeSeries, divisor: TimeSeries, xFilesFactor: number): TimeSeries {
  const name = `divideSeries(${dividend.name},${divisor.name})`;
  return quotient(dividend, divisor, name, xFilesFactor);
}

/** A division by zero, or by nothing, is a gap. */
export function quotient(
  dividend: TimeSeries,
  divisor: TimeSeries,
  name: string,
  xFilesFactor: number,
): TimeSeries {
  const grid = normalize([dividend, divisor], xFilesFactor);
  const above = grid.series[0]!.values;
  const below = grid.series[1]!.values;
  const values = new Float64Array(grid.length).fill(Number.NaN);
  const both = Math.min(above.length, below.length);
  for (let i = 0; i < both; i++) {
    const by = below[i]!;
    if (by !== 0) values[i] = above[i]! / by;
  }
  return newSeries(name, grid, values);
}
