import { GraphiteError } from "../../model/errors.ts";
import { parseInterval } from "../../model/interval.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList, string, suggesting } from "../params.ts";

export const integralByInterval = defineFunction({
  name: "integralByInterval",
  group: "Transform",
  doc: "The running sum of the datapoints, anew from 0 at every interval counted from the beginning of the graph.",
  params: { seriesList, intervalUnit: suggesting(string, "10min", "1h", "1d") },
  evaluate: ({ seriesList: list, intervalUnit }, { window }) => {
    const seconds = Math.abs(parseInterval(intervalUnit));
    if (seconds === 0) {
      throw new GraphiteError("ERR_ARGUMENT", "the interval must be longer than nothing");
    }
    return list.map((series) =>
      renamed(
        series,
        `integralByInterval(${series.name},'${intervalUnit}')`,
        { values: sums(series, window.from, seconds) },
        { integralByInterval: intervalUnit },
      ),
    );
  },
});

/** Gaps show the sum so far. */
function sums({ start, step, values }: TimeSeries, from: number, seconds: number): Float64Array {
  const result = new Float64Array(values.length);
  let total = 0;
  let interval = Math.floor((start - step - from) / seconds);
  for (let i = 0; i < values.length; i++) {
    const present = Math.floor((start + i * step - from) / seconds);
    if (present !== interval) total = 0;
    interval = present;
    const value = values[i]!;
    if (!Number.isNaN(value)) total += value;
    result[i] = total;
  }
  return result;
}
