import { roundTo } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { float, optional, seriesList } from "../params.ts";

export const nonNegativeDerivative = defineFunction({
  name: "nonNegativeDerivative",
  group: "Transform",
  doc: "The difference of each datapoint to the one before, where a counter that starts anew is a gap, or wraps at maxValue.",
  params: { seriesList, maxValue: optional(float), minValue: optional(float) },
  evaluate: ({ seriesList: list, maxValue, minValue }) =>
    list.map((series) =>
      renamed(
        series,
        `nonNegativeDerivative(${series.name})`,
        {
          values: counterDeltas(series.values, maxValue, minValue),
        },
        { nonNegativeDerivative: "1" },
      ),
    ),
});

export const perSecond = defineFunction({
  name: "perSecond",
  group: "Transform",
  doc: "The rate per second of a counter that only grows.",
  params: { seriesList, maxValue: optional(float), minValue: optional(float) },
  evaluate: ({ seriesList: list, maxValue, minValue }) =>
    list.map((series) => {
      const values = counterDeltas(series.values, maxValue, minValue);
      for (let i = 0; i < values.length; i++) values[i] = roundTo(values[i]! / series.step, 6);
      return renamed(series, `perSecond(${series.name})`, { values }, { perSecond: "1" });
    }),
});

function counterDeltas(
  values: Float64Array,
  maxValue: number | undefined,
  minValue: number | undefined,
): Float64Array {
  const deltas = new Float64Array(values.length);
  let previous = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const isOutside =
      (maxValue !== undefined && value > maxValue) || (minValue !== undefined && value < minValue);
    if (isOutside || Number.isNaN(value)) {
      deltas[i] = Number.NaN;
      previous = Number.NaN;
      continue;
    }
    if (Number.isNaN(previous) || value >= previous) deltas[i] = value - previous;
    else if (maxValue !== undefined) deltas[i] = maxValue + 1 + value - previous - (minValue ?? 0);
    else if (minValue !== undefined) deltas[i] = value - minValue;
    else deltas[i] = Number.NaN;
    previous = value;
  }
  return deltas;
}
