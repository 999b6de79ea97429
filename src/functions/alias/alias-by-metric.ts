import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";
import { substring } from "../special/substr.ts";

export const aliasByMetric = defineFunction({
  name: "aliasByMetric",
  group: "Alias",
  doc: "Names the series by the last node of their paths.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => withChanges(series, { name: substring(series.name, -1, 0) })),
});
