import { GraphiteError } from "../../model/errors.ts";
import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { float, integer, seriesList, withDefault } from "../params.ts";

export const stdev = defineFunction({
  name: "stdev",
  group: "Calculate",
  doc: "The standard deviation of the last datapoints, where at least a share of windowTolerance is known.",
  params: { seriesList, points: integer, windowTolerance: withDefault(float, 0.1) },
  evaluate: ({ seriesList: list, points, windowTolerance }) => {
    if (points <= 0) throw new GraphiteError("ERR_ARGUMENT", "points must be above 0");
    return list.map((series) =>
      renamed(
        series,
        `stdev(${series.name},${points})`,
        { values: deviations(series.values, points, windowTolerance) },
        { stdev: String(points) },
      ),
    );
  },
});

/**
 * By running sums of the distances from the first value. Graphite sums the values themselves, which
 * leaves nothing but rounding of a small deviation of large values.
 */
function deviations(values: Float64Array, points: number, tolerance: number): Float64Array {
  const result = new Float64Array(values.length);
  const origin = values.find((value) => !Number.isNaN(value)) ?? 0;
  let known = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const leaving = i >= points ? values[i - points]! - origin : Number.NaN;
    if (!Number.isNaN(leaving)) {
      known--;
      sum -= leaving;
      squares -= leaving * leaving;
    }
    const entering = values[i]! - origin;
    if (!Number.isNaN(entering)) {
      known++;
      sum += entering;
      squares += entering * entering;
    }
    const isEnough = known > 0 && known / points >= tolerance;
    result[i] = isEnough ? Math.sqrt(Math.max(0, known * squares - sum * sum)) / known : Number.NaN;
  }
  return result;
}
