import { drawn, renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { optional, publishedAs, seriesList, string } from "../params.ts";

/** The stack of calls that name none. */
const DEFAULT = "__DEFAULT__";

export const stacked = defineFunction({
  name: "stacked",
  group: "Graph",
  doc: "Draws every series on top of those that are already in the stack of that name.",
  params: { seriesList, stackName: publishedAs({ name: "stack" }, optional(string)) },
  evaluate: ({ seriesList: list, stackName }, { stack }) => {
    const name = stackName ?? DEFAULT;
    const totals = stack(name);
    return list.map((series) => {
      const isDefault = name === DEFAULT;
      const title = isDefault ? `stacked(${series.name})` : series.name;
      const tags: Record<string, string> = isDefault ? { stacked: DEFAULT } : {};
      const values = heaped(series.values, totals);
      return drawn(renamed(series, title, { values }, tags), { stacked: true });
    });
  },
});

/** Gaps stay gaps and add nothing. */
function heaped(values: Float64Array, totals: number[]): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (i === totals.length) totals.push(0);
    if (!Number.isNaN(value)) totals[i] = totals[i]! + value;
    result[i] = Number.isNaN(value) ? value : totals[i]!;
  }
  return result;
}
