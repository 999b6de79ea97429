import { aggregateNamed } from "../../model/aggregate.ts";
import { percentileOf } from "../../model/percentile.ts";
import { sortedKnown, valueAt } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { normalize } from "../normalize.ts";
import { float, seriesList } from "../params.ts";
import { sortedRows } from "../sorted-rows.ts";

export const averageOutsidePercentile = defineFunction({
  name: "averageOutsidePercentile",
  group: "Filter Series",
  doc: "The series whose mean is not between the n-th percentile of all means and its counterpart from the other end.",
  params: { seriesList, n: float },
  evaluate: ({ seriesList: list, n }) => {
    const average = aggregateNamed("average");
    const means = Float64Array.from(list, ({ values }) => average(values, 0, values.length));
    const sorted = sortedKnown(means);
    const low = percentileOf(sorted, 100 - upper(n));
    const high = percentileOf(sorted, upper(n));
    return list.filter((_, i) => isOutside(means[i]!, low, high));
  },
});

export const removeBetweenPercentile = defineFunction({
  name: "removeBetweenPercentile",
  group: "Filter Series",
  doc: "The series that are at least once not between the n-th percentile of all series at that step and its counterpart from the other end.",
  params: { seriesList, n: float },
  evaluate: ({ seriesList: list, n }, { xFilesFactor }) => {
    if (list.length === 0) return [];
    const { series, length } = normalize(list, xFilesFactor);
    const isKept = list.map(() => false);
    for (const [i, row] of sortedRows(series, length)) {
      const low = percentileOf(row, 100 - upper(n));
      const high = percentileOf(row, upper(n));
      for (let j = 0; j < series.length; j++) {
        if (isOutside(valueAt(series[j]!.values, i), low, high)) isKept[j] = true;
      }
    }
    return list.filter((_, j) => isKept[j]);
  },
});

function upper(n: number): number {
  return n < 50 ? 100 - n : n;
}

/** What has no value is nowhere. */
function isOutside(value: number, low: number, high: number): boolean {
  return value <= low || value >= high;
}
