import { AGGREGATES } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { formatPercent } from "../../model/python-format.ts";
import { compileRegex } from "../../model/regex.ts";
import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { evaluateAll } from "../evaluate-all.ts";
import { seriesList, string } from "../params.ts";

export const aliasQuery = defineFunction({
  name: "aliasQuery",
  group: "Alias",
  doc: "Makes another target of each name by a regular expression and puts that target's last value into the new name, as printf does.",
  params: { seriesList, search: string, replace: string, newName: string },
  evaluate: ({ seriesList: list, search, replace, newName }, context) => {
    const regex = compileRegex(search, { backtracking: "allowed" });
    const targets = list.map(({ name }) => regex.replaceAll(name, replace));
    const answers = evaluateAll(targets, context);
    return list.map((series, i) => {
      const [first] = answers[i]!;
      if (first === undefined) throw nothing(`${targets[i]} finds no series`);
      const last = AGGREGATES.last!(first.values, 0, first.values.length);
      if (Number.isNaN(last)) throw nothing(`${first.name} has no value`);
      return withChanges(series, { name: formatPercent(newName, last) });
    });
  },
});

function nothing(message: string): GraphiteError {
  return new GraphiteError("ERR_EVALUATION", message);
}
