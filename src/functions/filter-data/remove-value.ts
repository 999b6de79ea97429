import { formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const removeAboveValue = defineFunction({
  name: "removeAboveValue",
  group: "Filter Data",
  doc: "Makes datapoints above n gaps.",
  params: { seriesList, n: float },
  evaluate: ({ seriesList: list, n }) =>
    list.map((series) =>
      renamed(series, `removeAboveValue(${series.name}, ${formatGeneral(n)})`, {
        values: mapKnown(series.values, (value) => (value > n ? Number.NaN : value)),
      }),
    ),
});

export const removeBelowValue = defineFunction({
  name: "removeBelowValue",
  group: "Filter Data",
  doc: "Makes datapoints below n gaps.",
  params: { seriesList, n: float },
  evaluate: ({ seriesList: list, n }) =>
    list.map((series) =>
      renamed(series, `removeBelowValue(${series.name}, ${formatGeneral(n)})`, {
        values: mapKnown(series.values, (value) => (value < n ? Number.NaN : value)),
      }),
    ),
});
