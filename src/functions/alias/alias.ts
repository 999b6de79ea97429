import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList, string } from "../params.ts";

export const alias = defineFunction({
  name: "alias",
  group: "Alias",
  doc: "Gives the series a name.",
  params: { seriesList, newName: string },
  evaluate: ({ seriesList: list, newName }) =>
    list.map((series) => withChanges(series, { name: newName })),
});
