import { AGGREGATES } from "../../model/aggregate.ts";
import { formatFloat } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

const least = AGGREGATES.min!;
const greatest = AGGREGATES.max!;

export const minMax = defineFunction({
  name: "minMax",
  group: "Transform",
  doc: "Where every datapoint lies between the least and the greatest one: 0 to 1.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => {
      const min = least(series.values, 0, series.values.length);
      const range = greatest(series.values, 0, series.values.length) - min;
      const values = mapKnown(series.values, (value) => (range === 0 ? 0 : (value - min) / range));
      return renamed(series, `minMax(${series.name})`, { values });
    }),
});

export const offsetToZero = defineFunction({
  name: "offsetToZero",
  group: "Transform",
  doc: "Every datapoint less the least one.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => {
      const min = least(series.values, 0, series.values.length);
      return renamed(
        series,
        `offsetToZero(${series.name})`,
        { values: mapKnown(series.values, (value) => value - min) },
        { offsetToZero: Number.isNaN(min) ? "None" : formatFloat(min) },
      );
    }),
});
