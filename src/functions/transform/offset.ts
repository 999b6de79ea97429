import { formatFloat, formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const offset = defineFunction({
  name: "offset",
  group: "Transform",
  doc: "Adds a constant to every datapoint.",
  params: { seriesList, factor: float },
  evaluate: ({ seriesList: list, factor }) =>
    list.map((series) =>
      renamed(
        series,
        `offset(${series.name},${formatGeneral(factor)})`,
        {
          values: mapKnown(series.values, (value) => value + factor),
        },
        { offset: formatFloat(factor) },
      ),
    ),
});
