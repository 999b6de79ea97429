import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { intOrInf, seriesList, withDefault } from "../params.ts";

export const keepLastValue = defineFunction({
  name: "keepLastValue",
  group: "Transform",
  doc: "Repeats the last value over gaps of at most `limit` datapoints.",
  params: { seriesList, limit: withDefault(intOrInf, Number.POSITIVE_INFINITY) },
  evaluate: ({ seriesList: list, limit }) =>
    list.map((series) => {
      const values = series.values.slice();
      let gap = 0;
      for (let i = 0; i <= values.length; i++) {
        if (i < values.length && Number.isNaN(values[i]!)) {
          gap++;
          continue;
        }
        const before = i - gap - 1;
        if (gap > 0 && gap <= limit && before >= 0) values.fill(values[before]!, before + 1, i);
        gap = 0;
      }
      return renamed(series, `keepLastValue(${series.name})`, { values });
    }),
});
