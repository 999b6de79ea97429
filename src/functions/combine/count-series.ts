import { newSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { joinedPaths } from "../nodes.ts";
import { normalize } from "../normalize.ts";
import { anySeriesLists } from "../params.ts";
import { lineOf } from "../special/constant-line.ts";

export const countSeries = defineFunction({
  name: "countSeries",
  group: "Combine",
  doc: "How many series there are, whether they have values or not.",
  params: { seriesLists: anySeriesLists },
  evaluate: ({ seriesLists: list }, context) => {
    if (context.argumentCount === 0) {
      return [withChanges(lineOf(0, "0", context), { tags: { name: "0" } })];
    }
    if (list.length === 0) return [];
    const grid = normalize(list, context.xFilesFactor);
    const values = new Float64Array(grid.length).fill(list.length);
    return [newSeries(`countSeries(${joinedPaths(list)})`, grid, values)];
  },
});
