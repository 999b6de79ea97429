import { AGGREGATES, type Aggregate } from "../model/aggregate.ts";
import type { Origin } from "./define.ts";
import { series } from "./params.ts";

/** Makes one value of a series, for a piece of a pie. */
interface PieFunction {
  name: string;
  doc: string;
  group: "Pie";
  origin: Origin;
  params: readonly (typeof series & { name: string })[];
  aggregate: Aggregate;
}

function pieFunction(name: string, aggregate: Aggregate, doc: string): PieFunction {
  const params = [{ ...series, name: "series" }];
  return { name, doc, group: "Pie", origin: "graphite", params, aggregate };
}

/** The values of `pieMode`. */
export const PIE_FUNCTIONS: readonly PieFunction[] = [
  pieFunction("average", AGGREGATES.average!, "The mean of the series."),
  pieFunction("maximum", AGGREGATES.max!, "The greatest value of the series."),
  pieFunction("minimum", AGGREGATES.min!, "The least value of the series."),
];
