import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { intOrInf, seriesList, withDefault } from "../params.ts";

export const interpolate = defineFunction({
  name: "interpolate",
  group: "Transform",
  doc: "Draws a straight line through gaps of at most `limit` datapoints that have a value at both ends.",
  params: { seriesList, limit: withDefault(intOrInf, Number.POSITIVE_INFINITY) },
  evaluate: ({ seriesList: list, limit }) =>
    list.map((series) =>
      renamed(series, `interpolate(${series.name})`, { values: bridged(series.values, limit) }),
    ),
});

function bridged(values: Float64Array, limit: number): Float64Array {
  const result = values.slice();
  let before = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const gap = i - before - 1;
    if (before >= 0 && gap > 0 && gap <= limit) {
      const from = values[before]!;
      for (let j = 1; j <= gap; j++) result[before + j] = from + (j * (value - from)) / (gap + 1);
    }
    before = i;
  }
  return result;
}
