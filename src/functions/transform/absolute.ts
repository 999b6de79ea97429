import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const absolute = defineFunction({
  name: "absolute",
  group: "Transform",
  doc: "The magnitude of every datapoint.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) =>
      renamed(
        series,
        `absolute(${series.name})`,
        { values: mapKnown(series.values, Math.abs) },
        { absolute: "1" },
      ),
    ),
});
