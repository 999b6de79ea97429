import { parseInterval } from "../../model/interval.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { checkRange } from "../checks.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { float, integer, intOrInterval, seriesList, withDefault } from "../params.ts";

function tukey(name: string, isAbove: boolean, where: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Filter Series",
    origin: "carbonapi",
    doc:
      `The n series with the most outliers ${where}: by more than basis times the distance of the ` +
      "quartiles of all values. An interval looks at the last points only, a negative one at " +
      "all but the last.",
    params: { seriesList, basis: float, n: integer, interval: withDefault(intOrInterval, 0) },
    evaluate: ({ seriesList: list, basis, n, interval }) => {
      checkRange("n", n, 0);
      const parts = list.map((series) => partOf(series, interval));
      const { lower, upper } = quartiles(parts);
      const reach = basis * (upper - lower);
      return list
        .map((series, i) => {
          const part = parts[i]!;
          const count = isAbove
            ? countOutliers(part, upper + reach, 1)
            : countOutliers(part, lower - reach, -1);
          return { series, count };
        })
        .filter(({ count }) => count > 0)
        .sort((a, b) => b.count - a.count)
        .slice(0, n)
        .map(({ series }) => series);
    },
  });
}

export const tukeyAbove = tukey("tukeyAbove", true, "above the others");
export const tukeyBelow = tukey("tukeyBelow", false, "below the others");

/** The values that an interval, in points or in time, leaves to look at. */
function partOf({ values, step }: TimeSeries, interval: number | string): Float64Array {
  const points =
    typeof interval === "number" ? interval : Math.trunc(parseInterval(interval) / step);
  if (points === 0 || Math.abs(points) >= values.length) return values;
  return points > 0 ? values.subarray(values.length - points) : values.subarray(0, points);
}

/** By plain index among all values in order, without interpolation. */
function quartiles(parts: readonly Float64Array[]): { lower: number; upper: number } {
  const pool = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let known = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      if (!Number.isNaN(part[i]!)) pool[known++] = part[i]!;
    }
  }
  const sorted = pool.subarray(0, known).sort();
  const at = (share: number): number => sorted[Math.floor(share * known)] ?? Number.NaN;
  return { lower: at(0.25), upper: at(0.75) };
}

/** Values at the bound or beyond it, upwards (1) or downwards (-1). */
function countOutliers(values: Float64Array, bound: number, direction: 1 | -1): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! * direction >= bound * direction) count++;
  }
  return count;
}
