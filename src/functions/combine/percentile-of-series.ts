import { GraphiteError } from "../../model/errors.ts";
import { percentileOf } from "../../model/percentile.ts";
import { formatGeneral } from "../../model/python-number.ts";
import { newSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { normalize } from "../normalize.ts";
import { boolean, float, seriesList, withDefault } from "../params.ts";
import { sortedRows } from "../sorted-rows.ts";

export const percentileOfSeries = defineFunction({
  name: "percentileOfSeries",
  group: "Combine",
  doc: "The n-th percentile of the series at every step.",
  params: { seriesList, n: float, interpolate: withDefault(boolean, false) },
  evaluate: ({ seriesList: list, n, interpolate }, { xFilesFactor }) => {
    if (!(n > 0)) throw new GraphiteError("ERR_ARGUMENT", "n must be above 0");
    if (list.length === 0) return [];
    const grid = normalize(list, xFilesFactor);
    const values = new Float64Array(grid.length);
    for (const [i, row] of sortedRows(grid.series, grid.length)) {
      values[i] = percentileOf(row, n, interpolate);
    }
    const name = `percentileOfSeries(${list[0]!.pathExpression},${formatGeneral(n)})`;
    return [newSeries(name, grid, values)];
  },
});
