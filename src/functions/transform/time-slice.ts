import { parseTimeExpression } from "../../model/time-expression.ts";
import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { date, seriesList, withDefault } from "../params.ts";

export const timeSlice = defineFunction({
  name: "timeSlice",
  group: "Transform",
  doc: "Keeps the datapoints of a stretch of time; all others become gaps.",
  params: { seriesList, startSliceAt: date, endSliceAt: withDefault(date, "now") },
  evaluate: ({ seriesList: list, startSliceAt, endSliceAt }, { window, now, timeZone }) => {
    const from = parseTimeExpression(startSliceAt, now, timeZone);
    const until = parseTimeExpression(endSliceAt, now, timeZone);
    return list.map((series) => {
      const values = series.values.slice();
      for (let i = 0; i < values.length; i++) {
        // Graphite counts from the beginning of the window, not of the series.
        const time = window.from + i * series.step;
        if (time < from || time > until) values[i] = Number.NaN;
      }
      return withChanges(series, {
        name: `timeSlice(${series.name}, ${from}, ${until})`,
        values,
        tags: { ...series.tags, timeSliceStart: String(from), timeSliceEnd: String(until) },
      });
    });
  },
});
