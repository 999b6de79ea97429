import { AGGREGATES } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { roundTo } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";
import { sizeText, spanOf, windowSize } from "./moving-window.ts";
import { earlier, preludeOf } from "./prelude.ts";

const average = AGGREGATES.average!;

export const exponentialMovingAverage = defineFunction({
  name: "exponentialMovingAverage",
  group: "Calculate",
  doc: "A mean in which older datapoints count less and less; the data before the graph are fetched too.",
  params: { seriesList, windowSize },
  plan: ({ seriesList: list, windowSize: size }, window) => [earlier(window, spanOf(list, size))],
  evaluate: ({ seriesList: list, windowSize: size }, { planned, window }) => {
    const span = spanOf(list, size);
    // A time span weighs by its seconds and not by its points: Graphite's choice.
    const length = typeof size === "string" ? span : size;
    if (length <= 0) throw new GraphiteError("ERR_ARGUMENT", "windowSize must be above 0");
    return (planned[0] ?? []).map((series) => {
      const { skipped, start } = preludeOf(series, window, span);
      const points = typeof size === "string" ? skipped : Math.min(size, series.values.length);
      return renamed(
        series,
        `exponentialMovingAverage(${series.name},${sizeText(size)})`,
        { start, values: exponentialMean(series.values, points, 2 / (length + 1)) },
        { exponentialMovingAverage: String(size) },
      );
    });
  },
});

/** The mean of the first `points` values comes first, so the answer is one value longer than the rest. */
function exponentialMean(values: Float64Array, points: number, weight: number): Float64Array {
  const seed = average(values, 0, Math.min(points, values.length));
  let mean = Number.isNaN(seed) ? 0 : seed;
  const result = new Float64Array(Math.max(0, values.length - points) + 1);
  result[0] = roundTo(mean, 6);
  for (let i = points; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) mean = weight * value + (1 - weight) * mean;
    result[i - points + 1] = Number.isNaN(value) ? value : roundTo(mean, 6);
  }
  return result;
}
