import { consolidate } from "../../model/consolidation.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { valueAt } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const compressPeriodicGaps = defineFunction({
  name: "compressPeriodicGaps",
  group: "Transform",
  doc: "Gives a series that has a value only every few datapoints the step at which it really comes.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) =>
      renamed(series, `compressPeriodicGaps(${series.name})`, compressed(series)),
    ),
});

function compressed({ start, step, values }: TimeSeries): Partial<TimeSeries> {
  const first = nextValue(values, 0);
  const period = nextValue(values, first + 1) - first;
  const third = first + 2 * period;
  const isPeriodic =
    period > 1 &&
    nextValue(values, third) === third &&
    Number.isNaN(valueAt(values, third - 1)) &&
    Number.isNaN(valueAt(values, third + 1));
  if (!isPeriodic) return {};
  const rare = consolidate(values.subarray(first), period, "last", 0);
  const from = start + first * step;
  return {
    start: from,
    end: from + period * step * (rare.length - 1),
    step: period * step,
    values: rare,
  };
}

/** Where the next value is; a 0 is none, as Graphite has it. Behind the end when there is none. */
function nextValue(values: Float64Array, from: number): number {
  for (let i = from; i < values.length; i++) {
    if (values[i] !== 0 && !Number.isNaN(values[i]!)) return i;
  }
  return values.length;
}
