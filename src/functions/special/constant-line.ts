import { formatFloat } from "../../model/python-number.ts";
import { drawn, newSeries, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type FunctionContext } from "../define.ts";
import { float, optional, string } from "../params.ts";

/** Three points over the window; `text` is the value as names show it. */
export function lineOf(value: number, text: string, { window }: FunctionContext): TimeSeries {
  const { from: start, until: end } = window;
  const step = Math.max(1, Math.floor((end - start) / 2));
  const line = newSeries(text, { start, end, step }, Float64Array.of(value, value, value));
  return { ...line, pathExpression: `constantLine(${text})` };
}

export const constantLine = defineFunction({
  name: "constantLine",
  group: "Special",
  doc: "A horizontal line at a value.",
  params: { value: float },
  evaluate: ({ value }, context) => [lineOf(value, formatFloat(value), context)],
});

export const threshold = defineFunction({
  name: "threshold",
  group: "Graph",
  doc: "A horizontal line at a value, with a label and a colour.",
  params: { value: float, label: optional(string), color: optional(string) },
  evaluate: ({ value, label, color }, context) => {
    const line = lineOf(value, formatFloat(value), context);
    const named = { ...line, name: label || line.name };
    return [color === undefined ? named : drawn(named, { color })];
  },
});
