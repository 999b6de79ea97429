import { series } from "../functions/params.ts";
import type { PublishedFunction } from "./functions-json.ts";

function pieFunction(name: string, doc: string): PublishedFunction {
  return {
    name,
    aliases: [],
    group: "Pie",
    doc,
    params: [{ ...series, name: "series" }],
    origin: "graphite",
  };
}

/** Values of `pieMode`: how a series becomes a slice. */
export const PIE_FUNCTIONS: readonly PublishedFunction[] = [
  pieFunction("average", "A slice is the mean of the series."),
  pieFunction("maximum", "A slice is the greatest value of the series."),
  pieFunction("minimum", "A slice is the least value of the series."),
];
