import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const isNotNull = defineFunction({
  name: "isNotNull",
  group: "Transform",
  origin: "carbonapi",
  doc: "One where there is a value, zero in gaps; a second name of isNonNull.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) =>
      renamed(
        series,
        `isNonNull(${series.name})`,
        { values: series.values.map((value) => (Number.isNaN(value) ? 0 : 1)) },
        { isNonNull: "1" },
      ),
    ),
});
