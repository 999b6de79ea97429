import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const changed = defineFunction({
  name: "changed",
  group: "Special",
  doc: "Marks with 1 where the value is another one than the last known one, all else with 0.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) =>
      renamed(series, `changed(${series.name})`, { values: changes(series.values) }),
    ),
});

function changes(values: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  let last = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (!Number.isNaN(last) && value !== last) result[i] = 1;
    last = value;
  }
  return result;
}
