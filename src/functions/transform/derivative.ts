import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const derivative = defineFunction({
  name: "derivative",
  group: "Transform",
  doc: "The difference of each datapoint to the one before it.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => {
      const values = new Float64Array(series.values.length);
      let previous = Number.NaN;
      for (let i = 0; i < values.length; i++) {
        const value = series.values[i]!;
        values[i] = value - previous;
        previous = value;
      }
      return renamed(series, `derivative(${series.name})`, { values }, { derivative: "1" });
    }),
});
