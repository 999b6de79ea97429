import { compileRegex } from "../../model/regex.ts";
import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList, string } from "../params.ts";

export const aliasSub = defineFunction({
  name: "aliasSub",
  group: "Alias",
  doc: "Replaces what a regular expression matches in the names; \\1 stands for the first group.",
  params: { seriesList, search: string, replace: string },
  evaluate: ({ seriesList: list, search, replace }) => {
    const regex = compileRegex(search, { backtracking: "allowed" });
    return list.map((series) =>
      withChanges(series, { name: regex.replaceAll(series.name, replace) }),
    );
  },
});
