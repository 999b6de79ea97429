import { renamed } from "../../model/time-series.ts";
import { checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const ewma = defineFunction({
  name: "ewma",
  aliases: ["exponentialWeightedMovingAverage"],
  group: "Calculate",
  origin: "carbonapi",
  doc: "A moving average in which a new value counts alpha and all before it the rest.",
  params: { seriesList, alpha: float },
  evaluate: ({ seriesList: list, alpha }) => {
    checkRange("alpha", alpha, 0, 1);
    return list.map((series) =>
      renamed(series, `ewma(${series.name},${alpha})`, { values: smoothed(series.values, alpha) }),
    );
  },
});

/** Begins at the first value; a gap stays one and changes nothing. */
function smoothed(values: Float64Array, alpha: number): Float64Array {
  const result = new Float64Array(values.length);
  let mean = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) {
      mean = Number.isNaN(mean) ? value : alpha * value + (1 - alpha) * mean;
    }
    result[i] = Number.isNaN(value) ? value : mean;
  }
  return result;
}
