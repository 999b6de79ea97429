import { defineFunction } from "../define.ts";
import { groupBy, keyOf } from "../nodes.ts";
import { many, nodeOrTag, seriesList } from "../params.ts";

export const mapSeries = defineFunction({
  name: "mapSeries",
  aliases: ["map"],
  group: "Combine",
  doc: "Sorts the series into groups by nodes of their names or tags, for reduceSeries.",
  params: { seriesList, mapNodes: many(nodeOrTag) },
  // reduceSeries finds the groups again by name, so it is enough that they follow each other.
  evaluate: ({ seriesList: list, mapNodes }) =>
    [...groupBy(list, (series) => keyOf(series, mapNodes)).values()].flat(),
});
