import { newSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { normalize } from "../normalize.ts";
import { seriesLists } from "../params.ts";

export const powSeries = defineFunction({
  name: "powSeries",
  group: "Combine",
  doc: "The first series to the power of the second, that to the power of the third, and so on; a gap in one is a gap in the result.",
  params: { seriesList: seriesLists },
  evaluate: ({ seriesList: list }, { xFilesFactor }) => {
    const [first, ...exponents] = list;
    if (first === undefined) return [];
    const grid = normalize(list, xFilesFactor);
    const values = new Float64Array(grid.length).fill(Number.NaN);
    values.set(grid.series[0]!.values);
    for (let j = 1; j <= exponents.length; j++) {
      const by = grid.series[j]!.values;
      for (let i = 0; i < values.length; i++) {
        values[i] = i < by.length ? power(values[i]!, by[i]!) : Number.NaN;
      }
    }
    return [newSeries(`powSeries(${list.map(({ name }) => name).join(",")})`, grid, values)];
  },
});

/** NaN where there is no answer, or none that fits a double. */
function power(base: number, exponent: number): number {
  if (Number.isNaN(base)) return Number.NaN;
  // ECMAScript has no answer for one to the power of infinity, C has 1.
  if (Math.abs(base) === 1 && Math.abs(exponent) === Number.POSITIVE_INFINITY) return 1;
  const result = base ** exponent;
  const isOverflow = !Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent);
  return isOverflow || (base === 0 && exponent < 0) ? Number.NaN : result;
}
