import { formatFloat, formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { valueAt } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, optional, seriesList, withDefault } from "../params.ts";

export const transformNull = defineFunction({
  name: "transformNull",
  group: "Transform",
  doc: "Puts a value into gaps; with a reference, only where the reference has a value.",
  params: {
    seriesList,
    default: withDefault(float, 0),
    referenceSeries: optional(seriesList),
  },
  evaluate: ({ seriesList: list, default: fallback, referenceSeries }, { typed }) => {
    const references = referenceSeries ?? [];
    const suffix = formatGeneral(fallback) + (references.length > 0 ? ",referenceSeries" : "");
    const tags = {
      // Graphite shows the default of the default as an integer.
      transformNull: typed.default === undefined ? String(fallback) : formatFloat(fallback),
      ...(references.length > 0 ? { referenceSeries: "1" } : {}),
    };
    return list.map((series) => {
      const values = series.values.slice();
      for (let i = 0; i < values.length; i++) {
        if (!Number.isNaN(values[i]!)) continue;
        const isWanted =
          references.length === 0 ||
          references.some((one) => !Number.isNaN(valueAt(one.values, i)));
        if (isWanted) values[i] = fallback;
      }
      return renamed(series, `transformNull(${series.name},${suffix})`, { values }, tags);
    });
  },
});
