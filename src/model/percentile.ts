/**
 * The n-th percentile by Graphite's rule: the rank is n% of one more than there are values. Between
 * two ranks it is the upper value, or with `interpolate` what lies between the two.
 *
 * @param sorted ascending, without NaN
 * @returns NaN when there are no values
 */
export function percentileOf(sorted: Float64Array, n: number, interpolate = false): number {
  const count = sorted.length;
  if (count === 0) return Number.NaN;
  const rank = (n / 100) * (count + 1);
  if (rank < 1) return sorted[0]!;
  if (rank >= count) return sorted[count - 1]!;
  if (!interpolate) return sorted[Math.ceil(rank) - 1]!;
  const below = Math.floor(rank);
  const value = sorted[below - 1]!;
  return value + (rank - below) * (sorted[below]! - value);
}
