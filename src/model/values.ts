/** Small loops over the values of a series; NaN is a gap. */

export function countKnown(values: Float64Array, from = 0, to = values.length): number {
  let known = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i]!)) known++;
  return known;
}

/** The known values in order. */
export function sortedKnown(values: Float64Array, from = 0, to = values.length): Float64Array {
  const sorted = new Float64Array(to - from);
  let known = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) sorted[known++] = value;
  }
  return sorted.subarray(0, known).sort();
}

/** A new array with `change` applied to every known value; gaps stay gaps. */
export function mapKnown(values: Float64Array, change: (value: number) => number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    result[i] = Number.isNaN(value) ? Number.NaN : change(value);
  }
  return result;
}

/** The value at a known element, else NaN: also beyond the end. */
export function valueAt(values: Float64Array, i: number): number {
  return i >= 0 && i < values.length ? values[i]! : Number.NaN;
}
