import { aggregateNamed, isKnownEnough } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { parseInterval } from "../../model/interval.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { countKnown } from "../../model/values.ts";
import type { FunctionContext } from "../define.ts";

/** The length of a bucket, seconds. @throws GraphiteError ERR_ARGUMENT for nothing or less */
export function bucketSeconds(interval: string): number {
  const seconds = parseInterval(interval);
  if (seconds > 0) return seconds;
  throw new GraphiteError("ERR_ARGUMENT", `the interval ${interval} must be longer than nothing`);
}

/** What changes in a series when the datapoints of each bucket of [start, end) are joined by `func`. */
export function joinBuckets(
  series: TimeSeries,
  { start, end }: { start: number; end: number },
  seconds: number,
  func: string,
  context: FunctionContext,
): Partial<TimeSeries> {
  const join = aggregateNamed(func);
  const xFilesFactor = series.xFilesFactor ?? context.xFilesFactor;
  const count = Math.max(0, Math.ceil((end - start) / seconds));
  context.reserve(count);
  const values = new Float64Array(count);
  const total = seconds / series.step;
  // A line that ends where the graph does has a point at its end, which is not part of it.
  const length = Math.min(
    series.values.length,
    Math.ceil((series.end - series.start) / series.step),
  );
  let first = 0;
  for (let i = 0; i < count; i++) {
    const next = start + (i + 1) * seconds;
    const last = Math.min(length, Math.max(first, Math.ceil((next - series.start) / series.step)));
    const known = countKnown(series.values, first, last);
    values[i] = isKnownEnough(known, total, xFilesFactor)
      ? join(series.values, first, last)
      : Number.NaN;
    first = last;
  }
  return { start, end: start + count * seconds, step: seconds, values };
}
