import { defineFunction } from "../define.ts";
import { seriesLists } from "../params.ts";

export const group = defineFunction({
  name: "group",
  group: "Combine",
  doc: "Puts several lists of series into one.",
  params: { seriesLists },
  evaluate: ({ seriesLists: list }) => list,
});
