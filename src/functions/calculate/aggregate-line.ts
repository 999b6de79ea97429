import { aggregateNamed } from "../../model/aggregate.ts";
import { formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { aggregateText } from "../aggregate-text.ts";
import { defineFunction } from "../define.ts";
import { aggFunc, boolean, seriesList, withDefault } from "../params.ts";
import { lineOf } from "../special/constant-line.ts";

export const aggregateLine = defineFunction({
  name: "aggregateLine",
  group: "Calculate",
  doc: "A horizontal line at the aggregate of every series.",
  params: {
    seriesList,
    func: withDefault(aggFunc, "average"),
    keepStep: withDefault(boolean, false),
  },
  evaluate: ({ seriesList: list, func, keepStep }, context) => {
    const aggregate = aggregateNamed(func);
    return list.map((series) => {
      const { values } = series;
      const value = aggregate(values, 0, values.length);
      const shown = Number.isNaN(value) ? "None" : formatGeneral(value);
      const line = keepStep
        ? { ...series, values: new Float64Array(values.length).fill(value) }
        : lineOf(value, aggregateText(value, func), context);
      return renamed(line, `aggregateLine(${series.name}, ${shown})`);
    });
  },
});
