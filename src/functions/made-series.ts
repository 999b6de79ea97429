import { GraphiteError } from "../model/errors.ts";
import { newSeries, type TimeSeries } from "../model/time-series.ts";
import type { FunctionContext } from "./define.ts";

/**
 * A series made from nothing: a value every `step` seconds from the beginning of the window on.
 *
 * @throws GraphiteError for a step of nothing, and when there would be too many datapoints
 */
export function madeSeries(
  name: string,
  step: number,
  { window, reserve }: FunctionContext,
  valueAt: (time: number) => number,
): TimeSeries {
  if (step <= 0) throw new GraphiteError("ERR_ARGUMENT", "step must be above 0");
  const { from, until } = window;
  const length = Math.ceil((until - from) / step);
  reserve(length);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = valueAt(from + i * step);
  return newSeries(name, { start: from, end: until, step }, values);
}
