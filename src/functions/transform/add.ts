import { formatFloat, formatInteger } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const add = defineFunction({
  name: "add",
  group: "Transform",
  doc: "Adds a constant to every datapoint; the name shows its whole part.",
  params: { seriesList, constant: float },
  evaluate: ({ seriesList: list, constant }) =>
    list.map((series) =>
      renamed(
        series,
        `add(${series.name},${formatInteger(constant)})`,
        { values: mapKnown(series.values, (value) => value + constant) },
        { add: formatFloat(constant) },
      ),
    ),
});
