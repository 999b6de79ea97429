import { withChanges } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { keyOf } from "../nodes.ts";
import { many, nodeOrTag, seriesList, tolerant } from "../params.ts";

export const aliasByNode = defineFunction({
  name: "aliasByNode",
  group: "Alias",
  doc: "Names the series by nodes of their paths or by tags.",
  params: { seriesList, nodes: tolerant(many(nodeOrTag)) },
  evaluate: ({ seriesList: list, nodes }) =>
    list.map((series) => withChanges(series, { name: keyOf(series, nodes) })),
});

export const aliasByTags: GraphiteFunction = defineFunction({
  name: "aliasByTags",
  group: "Alias",
  doc: "Names the series by tags or by nodes of their paths.",
  params: { seriesList, tags: tolerant(many(nodeOrTag)) },
  evaluate: ({ seriesList: list, tags }) =>
    list.map((series) => withChanges(series, { name: keyOf(series, tags) })),
});
