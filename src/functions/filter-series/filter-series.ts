import { aggregateNamed } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { defineFunction } from "../define.ts";
import { aggFunc, float, oneOf, seriesList, string } from "../params.ts";

/** Comparisons; a series without a value passes as if its value were below everything. */
const OPERATORS = new Map<string, (value: number, threshold: number) => boolean>([
  ["!=", (value, threshold) => value !== threshold],
  ["<", (value, threshold) => !(value >= threshold)],
  ["<=", (value, threshold) => !(value > threshold)],
  ["=", (value, threshold) => value === threshold],
  [">", (value, threshold) => value > threshold],
  [">=", (value, threshold) => value >= threshold],
]);

export const filterSeries = defineFunction({
  name: "filterSeries",
  group: "Filter Series",
  doc: "The series whose aggregate by the named function compares with a threshold as asked.",
  params: {
    seriesList,
    func: aggFunc,
    operator: oneOf(string, ...OPERATORS.keys()),
    threshold: float,
  },
  evaluate: ({ seriesList: list, func, operator, threshold }) => {
    const aggregate = aggregateNamed(func);
    const compare = OPERATORS.get(operator);
    if (compare === undefined) {
      const message = `${operator} is no operator: one of ${[...OPERATORS.keys()].join(" ")}`;
      throw new GraphiteError("ERR_ARGUMENT", message);
    }
    return list.filter(({ values }) => compare(aggregate(values, 0, values.length), threshold));
  },
});
