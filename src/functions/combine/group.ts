import { defineFunction } from "../define.ts";
import { anySeriesLists } from "../params.ts";

export const group = defineFunction({
  name: "group",
  group: "Combine",
  doc: "Puts several lists of series into one.",
  params: { seriesLists: anySeriesLists },
  evaluate: ({ seriesLists: list }) => list,
});
