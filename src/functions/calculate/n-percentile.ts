import { GraphiteError } from "../../model/errors.ts";
import { percentileOf } from "../../model/percentile.ts";
import { formatFloat, formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { sortedKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const nPercentile = defineFunction({
  name: "nPercentile",
  group: "Calculate",
  doc: "A horizontal line at the n-th percentile of every series.",
  params: { seriesList, n: float },
  evaluate: ({ seriesList: list, n }) => {
    if (!(n > 0)) throw new GraphiteError("ERR_ARGUMENT", "n must be above 0");
    return list.flatMap((series) => {
      const percentile = percentileOf(sortedKnown(series.values), n);
      if (Number.isNaN(percentile)) return [];
      return [
        renamed(
          series,
          `nPercentile(${series.name}, ${formatGeneral(n)})`,
          { values: new Float64Array(series.values.length).fill(percentile) },
          { nPercentile: formatFloat(n) },
        ),
      ];
    });
  },
});
