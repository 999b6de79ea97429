import { percentileOf } from "../../model/percentile.ts";
import { formatFloat, formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown, sortedKnown } from "../../model/values.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const removeAbovePercentile = removing(
  "removeAbovePercentile",
  "above",
  (value, limit) => value > limit,
);
export const removeBelowPercentile = removing(
  "removeBelowPercentile",
  "below",
  (value, limit) => value < limit,
);

function removing(
  name: string,
  where: string,
  isRemoved: (value: number, limit: number) => boolean,
): GraphiteFunction {
  return defineFunction({
    name,
    group: "Filter Data",
    doc: `Makes datapoints ${where} the n-th percentile of their series gaps.`,
    params: { seriesList, n: float },
    evaluate: ({ seriesList: list, n }) =>
      list.map((series) => {
        const limit = percentileOf(sortedKnown(series.values), n);
        const values = mapKnown(series.values, (value) =>
          isRemoved(value, limit) ? Number.NaN : value,
        );
        const tags: Record<string, string> = Number.isNaN(limit)
          ? {}
          : { nPercentile: formatFloat(n) };
        const title = `${name}(${series.name}, ${formatGeneral(n)})`;
        return renamed(series, title, { values }, tags);
      }),
  });
}
