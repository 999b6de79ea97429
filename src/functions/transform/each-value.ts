import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { seriesList } from "../params.ts";

/** A function of one value at a time, without arguments; all are made alike. */
function eachValue(
  name: string,
  doc: string,
  tag: string,
  change: (value: number) => number,
): GraphiteFunction {
  return defineFunction({
    name,
    group: "Transform",
    doc,
    params: { seriesList },
    evaluate: ({ seriesList: list }) =>
      list.map((series) =>
        renamed(
          series,
          `${name}(${series.name})`,
          { values: mapKnown(series.values, change) },
          { [name]: tag },
        ),
      ),
  });
}

export const absolute = eachValue("absolute", "The magnitude of every datapoint.", "1", Math.abs);

export const exp = eachValue(
  "exp",
  "The power of e to every datapoint; a gap where that is too large for a number.",
  "e",
  (value) => {
    const power = Math.exp(value);
    return power === Number.POSITIVE_INFINITY ? Number.NaN : power;
  },
);

export const invert = eachValue(
  "invert",
  "One divided by every datapoint; a gap for 0.",
  "1",
  (value) => (value === 0 ? Number.NaN : 1 / value),
);

export const logit = eachValue(
  "logit",
  "The logarithm of the odds of every datapoint; a gap outside 0 to 1.",
  "logit",
  (value) => (value > 0 && value < 1 ? Math.log(value / (1 - value)) : Number.NaN),
);

export const sigmoid = eachValue(
  "sigmoid",
  "Squeezes every datapoint into 0 to 1: 1 / (1 + e^-v).",
  "sigmoid",
  (value) => 1 / (1 + Math.exp(-value)),
);

export const squareRoot = eachValue(
  "squareRoot",
  "The square root of every datapoint; a gap below 0.",
  "1",
  (value) => (value < 0 ? Number.NaN : Math.sqrt(value)),
);
