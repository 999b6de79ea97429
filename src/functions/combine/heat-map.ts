import { GraphiteError } from "../../model/errors.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

/** Points that decide the order of the buckets. */
const SORT_POINTS = 5;

export const heatMap = defineFunction({
  name: "heatMap",
  group: "Combine",
  origin: "carbonapi",
  doc:
    "Makes counts per bucket of counts of all that is less or equal: sorts the series and takes " +
    "the difference of each to the one below it.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => {
    checkSameGrid(list);
    const sorted = sortBuckets(list);
    return sorted.slice(1).map((upper, i) => {
      const lower = sorted[i]!;
      const values = new Float64Array(upper.values.length);
      for (let j = 0; j < values.length; j++) values[j] = upper.values[j]! - lower.values[j]!;
      return renamed(upper, `heatMap(${upper.name},${lower.name})`, { values });
    });
  },
});

function checkSameGrid([first, ...others]: readonly TimeSeries[]): void {
  for (const one of others) {
    if (
      one.start !== first!.start ||
      one.end !== first!.end ||
      one.step !== first!.step ||
      one.values.length !== first!.values.length
    ) {
      const message = `${first!.name} and ${one.name} must have the same step and the same times`;
      throw new GraphiteError("ERR_EVALUATION", message);
    }
  }
}

/** By the sum of the first points at which no series has a gap, the lowest first. */
function sortBuckets(list: readonly TimeSeries[]): TimeSeries[] {
  const sums = new Float64Array(list.length);
  const length = list[0]?.values.length ?? 0;
  let points = 0;
  for (let i = 0; i < length && points < SORT_POINTS; i++) {
    if (list.some(({ values }) => Number.isNaN(values[i]!))) continue;
    for (let j = 0; j < list.length; j++) sums[j] = sums[j]! + list[j]!.values[i]!;
    points++;
  }
  return list
    .map((series, i) => ({ series, sum: sums[i]! }))
    .sort((a, b) => a.sum - b.sum)
    .map(({ series }) => series);
}
