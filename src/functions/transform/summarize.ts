import { aggregateNamed, isKnownEnough } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { parseInterval } from "../../model/interval.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { countKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { aggFunc, boolean, interval, seriesList, suggesting, withDefault } from "../params.ts";

export const summarize = defineFunction({
  name: "summarize",
  group: "Transform",
  doc: "Joins the datapoints of each interval by the named function.",
  params: {
    seriesList,
    intervalString: suggesting(interval, "10min", "1h", "1d"),
    func: withDefault(aggFunc, "sum"),
    alignToFrom: withDefault(boolean, false),
  },
  evaluate: (
    { seriesList: list, intervalString, func, alignToFrom },
    { xFilesFactor, maxDatapoints },
  ) => {
    const join = aggregateNamed(func);
    const seconds = parseInterval(intervalString);
    if (seconds <= 0) {
      throw new GraphiteError(
        "ERR_ARGUMENT",
        `the interval ${intervalString} must be longer than nothing`,
      );
    }
    const suffix = `"${intervalString}", "${func}"${alignToFrom ? ", true" : ""}`;
    return list.map((series) => {
      const start = alignToFrom ? series.start : series.start - (series.start % seconds);
      const last = alignToFrom ? series.end : series.end - (series.end % seconds) + seconds;
      const buckets = Math.ceil((last - start) / seconds);
      if (buckets > maxDatapoints) {
        throw new GraphiteError(
          "ERR_LIMIT_DATAPOINTS",
          `${buckets} intervals are too many: use a longer one`,
        );
      }
      const values = new Float64Array(buckets);
      for (let i = 0; i < buckets; i++) {
        values[i] = bucketValue(
          series,
          start + i * seconds,
          seconds,
          join,
          series.xFilesFactor ?? xFilesFactor,
        );
      }
      const name = `summarize(${series.name}, ${suffix})`;
      return renamed(
        series,
        name,
        {
          start,
          end: start + buckets * seconds,
          step: seconds,
          values,
          xFilesFactor: series.xFilesFactor,
        },
        { summarize: intervalString, summarizeFunction: func },
      );
    });
  },
});

function bucketValue(
  series: TimeSeries,
  from: number,
  seconds: number,
  join: (values: Float64Array, from: number, to: number) => number,
  xFilesFactor: number,
): number {
  const { start, end, step, values } = series;
  const first = Math.max(0, Math.ceil((from - start) / step));
  // The last point of a constantLine is at its end, where no bucket reaches.
  const until = Math.min(from + seconds, end);
  const last = Math.min(values.length, Math.ceil((until - start) / step));
  if (last <= first) return Number.NaN;
  const known = countKnown(values, first, last);
  const total = seconds / step;
  return isKnownEnough(known, total, xFilesFactor) ? join(values, first, last) : Number.NaN;
}
