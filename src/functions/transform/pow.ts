import { formatFloat, formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const pow = defineFunction({
  name: "pow",
  group: "Transform",
  doc: "Every datapoint to a power; a gap where that is no number, or too large a one.",
  params: { seriesList, factor: float },
  evaluate: ({ seriesList: list, factor }) =>
    list.map((series) =>
      renamed(
        series,
        `pow(${series.name},${formatGeneral(factor)})`,
        {
          values: mapKnown(series.values, (value) => {
            const power = value ** factor;
            return Number.isFinite(power) ? power : Number.NaN;
          }),
        },
        { pow: formatFloat(factor) },
      ),
    ),
});
