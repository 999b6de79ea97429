import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const integral = defineFunction({
  name: "integral",
  group: "Transform",
  doc: "The running sum of the datapoints.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => {
      let total = 0;
      const values = series.values.map((value) => {
        if (Number.isNaN(value)) return value;
        total += value;
        return total;
      });
      return renamed(series, `integral(${series.name})`, { values }, { integral: "1" });
    }),
});
