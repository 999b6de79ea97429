import type { TimeSeries } from "../model/time-series.ts";

/** The known values of all series at each step, in order; the array is only good until the next. */
export function* sortedRows(
  list: readonly TimeSeries[],
  length: number,
): Generator<[row: number, sorted: Float64Array]> {
  const all = new Float64Array(list.length);
  for (let i = 0; i < length; i++) {
    let known = 0;
    for (let j = 0; j < list.length; j++) {
      const { values } = list[j]!;
      const value = i < values.length ? values[i]! : Number.NaN;
      if (!Number.isNaN(value)) all[known++] = value;
    }
    yield [i, all.subarray(0, known).sort()];
  }
}
