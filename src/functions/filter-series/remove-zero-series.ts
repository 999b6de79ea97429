import { isKnownEnough } from "../../model/aggregate.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList, withDefault } from "../params.ts";

export const removeZeroSeries = defineFunction({
  name: "removeZeroSeries",
  group: "Filter Series",
  origin: "carbonapi",
  doc:
    "Leaves out the series that are nothing but zeros and gaps, and those with a smaller share " +
    "of other values than xFilesFactor.",
  params: { seriesList, xFilesFactor: withDefault(float, 0) },
  evaluate: ({ seriesList: list, xFilesFactor }) => {
    checkRange("xFilesFactor", xFilesFactor, 0, 1);
    return list
      .filter(({ values }) => isKnownEnough(countNonZero(values), values.length, xFilesFactor))
      .map(
        (series): TimeSeries =>
          withChanges(series, {
            tags: { ...series.tags, removeZeroSeries: String(xFilesFactor) },
          }),
      );
  },
});

function countNonZero(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== 0 && !Number.isNaN(value)) count++;
  }
  return count;
}
