import { formatInteger } from "../../model/python-number.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { checkDatapoints, checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { commonTags } from "../nodes.ts";
import { type Normalized, normalize } from "../normalize.ts";
import { integer, seriesList, withDefault } from "../params.ts";

export const countValues = defineFunction({
  name: "countValues",
  group: "Combine",
  origin: "carbonapi",
  doc:
    "For every whole number among the values, how many series have it at every step; fractions " +
    "are cut off. Too many different numbers give one series named valuesLimitReached.",
  params: { seriesList, valuesLimit: withDefault(integer, 32) },
  evaluate: ({ seriesList: list, valuesLimit }, { xFilesFactor, maxDatapoints }) => {
    checkRange("valuesLimit", valuesLimit, 1);
    if (list.length === 0) return [];
    const grid = normalize(list, xFilesFactor);
    const numbers = distinctNumbers(grid, valuesLimit);
    const countsOf = (name: string, values: Float64Array): TimeSeries => ({
      name,
      pathExpression: name,
      start: grid.start,
      end: grid.start + grid.step * values.length,
      step: grid.step,
      values,
      consolidation: list[0]!.consolidation,
      xFilesFactor: null,
      tags: { ...commonTags(list), name },
    });
    if (numbers === null) return [countsOf("valuesLimitReached", new Float64Array(grid.length))];
    checkDatapoints(numbers.length * grid.length, maxDatapoints, "use a lower valuesLimit");
    const counts = new Map(numbers.map((number) => [number, new Float64Array(grid.length)]));
    for (const { values } of grid.series) {
      for (let i = 0; i < values.length; i++) {
        const row = counts.get(Math.trunc(values[i]!));
        if (row !== undefined) row[i] = row[i]! + 1;
      }
    }
    return numbers.map((number) => countsOf(formatInteger(number), counts.get(number)!));
  },
});

/** In ascending order; null when there are more than `limit`. Infinity is no number to count. */
function distinctNumbers({ series }: Normalized, limit: number): number[] | null {
  const seen = new Set<number>();
  for (const { values } of series) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isFinite(value)) seen.add(Math.trunc(value));
      if (seen.size > limit) return null;
    }
  }
  return [...seen].sort((a, b) => a - b);
}
