import { formatFloat, formatInteger, roundTo } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const scaleToSeconds = defineFunction({
  name: "scaleToSeconds",
  group: "Transform",
  doc: "Scales values counted per step to values per the given number of seconds.",
  params: { seriesList, seconds: float },
  evaluate: ({ seriesList: list, seconds }) =>
    list.map((series) => {
      const factor = seconds / series.step;
      return renamed(
        series,
        `scaleToSeconds(${series.name},${formatInteger(seconds)})`,
        {
          values: mapKnown(series.values, (value) => roundTo(value * factor, 6)),
        },
        { scaleToSeconds: formatFloat(seconds) },
      );
    }),
});
