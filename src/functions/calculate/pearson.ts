import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { integer, series } from "../params.ts";
import { correlation } from "./correlation.ts";
import { pairOf } from "./pair.ts";

export const pearson = defineFunction({
  name: "pearson",
  group: "Calculate",
  origin: "carbonapi",
  doc: "Pearson's correlation of two series over a window of points that moves along.",
  params: { seriesA: series, seriesB: series, window: integer },
  evaluate: ({ seriesA, seriesB, window }, { xFilesFactor }) => {
    const pair = pairOf("pearson", seriesA, seriesB, window, xFilesFactor);
    if (pair === null) return [];
    const { a, b, result } = pair;
    const values = new Float64Array(a.length).fill(Number.NaN);
    for (let to = window; to <= values.length; to++) {
      values[to - 1] = correlation(a, b, to - window, to);
    }
    return [withChanges(result, { values })];
  },
});
