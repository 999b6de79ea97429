import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { integer, seriesList } from "../params.ts";

export const delay = defineFunction({
  name: "delay",
  group: "Transform",
  doc: "Moves the datapoints later by a number of steps, negative ones earlier.",
  params: { seriesList, steps: integer },
  evaluate: ({ seriesList: list, steps }) =>
    list.map((series) =>
      renamed(
        series,
        `delay(${series.name},${steps})`,
        { values: shifted(series.values, steps) },
        { delay: String(steps) },
      ),
    ),
});

function shifted(values: Float64Array, steps: number): Float64Array {
  const result = new Float64Array(values.length).fill(Number.NaN);
  if (Math.abs(steps) >= values.length) return result;
  if (steps >= 0) result.set(values.subarray(0, values.length - steps), steps);
  else result.set(values.subarray(-steps));
  return result;
}
