import { compileRegex } from "../../model/regex.ts";
import { defineFunction } from "../define.ts";
import { seriesList, string } from "../params.ts";

export const exclude = defineFunction({
  name: "exclude",
  group: "Filter Series",
  doc: "Leaves out the series whose names match a regular expression.",
  params: { seriesList, pattern: string },
  evaluate: ({ seriesList: list, pattern }) => {
    const regex = compileRegex(pattern, { backtracking: "allowed" });
    return list.filter((series) => !regex.search(series.name));
  },
});

export const grep = defineFunction({
  name: "grep",
  group: "Filter Series",
  doc: "Keeps the series whose names match a regular expression.",
  params: { seriesList, pattern: string },
  evaluate: ({ seriesList: list, pattern }) => {
    const regex = compileRegex(pattern, { backtracking: "allowed" });
    return list.filter((series) => regex.search(series.name));
  },
});
