import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const fallbackSeries = defineFunction({
  name: "fallbackSeries",
  group: "Special",
  doc: "The first list, or the second one when the first has no series.",
  params: { seriesList, fallback: seriesList },
  evaluate: ({ seriesList: list, fallback }) => (list.length > 0 ? list : fallback),
});
