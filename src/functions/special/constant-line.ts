import { formatFloat } from "../../model/python-number.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type FunctionContext } from "../define.ts";
import { float, optional, string } from "../params.ts";

/** Three points over the window; the last one is at its end, or just before it. */
export function lineOf(value: number, name: string, { window }: FunctionContext): TimeSeries {
  const step = Math.max(1, Math.floor((window.until - window.from) / 2));
  const title = formatFloat(value);
  return {
    name,
    pathExpression: `constantLine(${title})`,
    start: window.from,
    end: window.until,
    step,
    values: Float64Array.of(value, value, value),
    consolidation: "average",
    xFilesFactor: null,
    tags: { name: title },
  };
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
  evaluate: ({ value, label }, context) => [lineOf(value, label || formatFloat(value), context)],
});
