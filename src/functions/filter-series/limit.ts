import { defineFunction } from "../define.ts";
import { integer, seriesList } from "../params.ts";

export const limit = defineFunction({
  name: "limit",
  group: "Filter Series",
  doc: "The first n series.",
  params: { seriesList, n: integer },
  evaluate: ({ seriesList: list, n }) => list.slice(0, n),
});
