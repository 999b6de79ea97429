import { GraphiteError } from "../../model/errors.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { checkRange, onlyOne } from "../checks.ts";
import { normalize } from "../normalize.ts";

/** Every point looks at its whole window, so their product is the work; this takes seconds. */
const MAX_WORK = 100_000_000;

export interface Pair {
  /** Of equal length. */
  a: Float64Array;
  b: Float64Array;
  /** What the answer is called and when it begins; its values are still to come. */
  result: TimeSeries;
}

/**
 * Two series on one grid, for a function that compares them in a moving window; null when one of
 * them does not exist.
 */
export function pairOf(
  name: string,
  seriesA: readonly TimeSeries[],
  seriesB: readonly TimeSeries[],
  window: number,
  xFilesFactor: number,
): Pair | null {
  checkRange("window", window, 1);
  const first = onlyOne("seriesA", seriesA);
  const second = onlyOne("seriesB", seriesB);
  if (first === undefined || second === undefined) return null;
  const { series, start, step, length } = normalize([first, second], xFilesFactor);
  if (Math.max(0, length - window) * window > MAX_WORK) {
    const message = `${name} over ${length} points is too much work with a window of ${window}: use a shorter one`;
    throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
  }
  const [a, b] = series.map(({ values }) => {
    const padded = new Float64Array(length).fill(Number.NaN);
    padded.set(values);
    return padded;
  }) as [Float64Array, Float64Array];
  const result = renamed(first, `${name}(${first.name},${second.name},${window})`, {
    start,
    end: start + step * length,
    step,
  });
  return { a, b, result };
}
