/**
 * Pearson's correlation of the points [from, to) at which both have a value, in -1 … 1; NaN when
 * one of them never changes.
 */
export function correlation(a: Float64Array, b: Float64Array, from: number, to: number): number {
  // Seen from the first pair a constant is exactly 0, however its mean is rounded.
  let originA = Number.NaN;
  let originB = Number.NaN;
  let sumA = 0;
  let sumB = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    if (count === 0) {
      originA = x;
      originB = y;
    }
    sumA += x - originA;
    sumB += y - originB;
    count++;
  }
  const meanA = sumA / count;
  const meanB = sumB / count;
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let i = from; i < to; i++) {
    const x = a[i]! - originA - meanA;
    const y = b[i]! - originB - meanB;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  if (squaresA === 0 || squaresB === 0) return Number.NaN;
  const result = products / Math.sqrt(squaresA) / Math.sqrt(squaresB);
  return Math.max(-1, Math.min(1, result));
}
