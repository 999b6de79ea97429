/**
 * The n-th percentile of the known values, the way Graphite counts: the element number
 * n/100 * (count + 1) in order of size, counted from 1. Between two elements it is the higher one,
 * or with `interpolate` a value between them. NaN when nothing is known.
 */
export function percentileOf(values: Float64Array, n: number, interpolate = false): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const { length } = sorted;
  if (length === 0) return Number.NaN;
  const rank = (n / 100) * (length + 1);
  if (rank < 1) return sorted[0]!;
  if (rank >= length) return sorted[length - 1]!;
  if (!interpolate) return sorted[Math.ceil(rank) - 1]!;
  const below = Math.floor(rank);
  const lower = sorted[below - 1]!;
  return lower + (rank - below) * (sorted[below]! - lower);
}
