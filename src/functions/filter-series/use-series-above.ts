import { AGGREGATES } from "../../model/aggregate.ts";
import { compileRegex } from "../../model/regex.ts";
import { countKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { evaluateAll } from "../evaluate-all.ts";
import { float, seriesList, string } from "../params.ts";

export const useSeriesAbove = defineFunction({
  name: "useSeriesAbove",
  group: "Filter Series",
  doc: "For every series without gaps that goes above a value, the series whose name is made of its name by a regular expression.",
  params: { seriesList, value: float, search: string, replace: string },
  evaluate: ({ seriesList: list, value, search, replace }, context) => {
    const regex = compileRegex(search, { backtracking: "allowed" });
    const names = list
      // Graphite skips series with gaps, too.
      .filter(({ values }) => countKnown(values) === values.length)
      .filter(({ values }) => AGGREGATES.max!(values, 0, values.length) > value)
      .map(({ name }) => regex.replaceAll(name, replace));
    return evaluateAll(names, context).flat();
  },
});
