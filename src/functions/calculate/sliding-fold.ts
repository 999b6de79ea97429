/**
 * Fills result[i] with what is made of the known values among the `points` values up to
 * values[skipped + i]. Where none is known the result may be anything.
 *
 * Time does not grow with `points`: a window of a year costs no more than one of an hour.
 */
export type Slide = (
  values: Float64Array,
  skipped: number,
  points: number,
  result: Float64Array,
) => void;

/**
 * Values are cut into blocks as long as the window, so that a window is the end of one block and
 * the beginning of the next. Both are folded once per block. Nothing is ever taken out again, so
 * rounding errors do not pile up as in a running sum.
 */
export function slideFold(
  values: Float64Array,
  skipped: number,
  points: number,
  result: Float64Array,
  join: (a: number, b: number) => number,
  nothing: number,
): void {
  const { length } = values;
  const ends = new Float64Array(Math.min(points, length));
  for (let block = 0; block < length; block += points) {
    const next = Math.min(length, block + points);
    let beginning = nothing;
    for (let i = block; i < next; i++) {
      const value = values[i]!;
      if (!Number.isNaN(value)) beginning = join(beginning, value);
      if (i < skipped) continue;
      const from = i - block + 1;
      const isWithin = block === 0 || from === points;
      result[i - skipped] = isWithin ? beginning : join(ends[from]!, beginning);
    }
    if (next === length) break;
    let end = nothing;
    for (let i = next - 1; i >= block; i--) {
      const value = values[i]!;
      if (!Number.isNaN(value)) end = join(value, end);
      ends[i - block] = end;
    }
  }
}
