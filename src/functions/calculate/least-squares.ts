import { countKnown } from "../../model/values.ts";

/**
 * The polynomial of a degree that comes closest to the known values by least squares, over their
 * indexes, evaluated at the indexes 0 … length - 1. NaN everywhere when fewer than two values are
 * known.
 *
 * It is built of polynomials that are orthogonal on these points, each made of the two before it,
 * so no equations are solved and high degrees lose no digits. More degrees than points are of no
 * use and left out.
 */
export function fitPolynomial(values: Float64Array, degree: number, length: number): Float64Array {
  const known = countKnown(values);
  if (known < 2) return new Float64Array(length).fill(Number.NaN);
  // Indexes from -1 to 1 keep the powers of them small.
  const half = Math.max(1, (values.length - 1) / 2);
  const x = new Float64Array(known);
  const rest = new Float64Array(known);
  let filled = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    x[filled] = i / half - 1;
    rest[filled++] = values[i]!;
  }
  const result = new Float64Array(length);
  // The last polynomial and the one before it, at the known points and at those asked for.
  let now = new Float64Array(known).fill(1);
  let before = new Float64Array(known);
  let shownNow = new Float64Array(length).fill(1);
  let shownBefore = new Float64Array(length);
  let normBefore = 1;
  for (let k = 0; ; k++) {
    const { norm, center, share } = projection(x, now, rest);
    for (let i = 0; i < known; i++) rest[i] = rest[i]! - share * now[i]!;
    for (let i = 0; i < length; i++) result[i] = result[i]! + share * shownNow[i]!;
    if (k === Math.min(degree, known - 1)) return result;
    const weight = k === 0 ? 0 : norm / normBefore;
    for (let i = 0; i < known; i++) before[i] = (x[i]! - center) * now[i]! - weight * before[i]!;
    for (let i = 0; i < length; i++) {
      const at = i / half - 1;
      shownBefore[i] = (at - center) * shownNow[i]! - weight * shownBefore[i]!;
    }
    [now, before] = [before, now];
    [shownNow, shownBefore] = [shownBefore, shownNow];
    normBefore = norm;
  }
}

function projection(
  x: Float64Array,
  polynomial: Float64Array,
  rest: Float64Array,
): { norm: number; center: number; share: number } {
  let norm = 0;
  let moment = 0;
  let product = 0;
  for (let i = 0; i < x.length; i++) {
    const value = polynomial[i]!;
    norm += value * value;
    moment += x[i]! * value * value;
    product += rest[i]! * value;
  }
  return { norm, center: moment / norm, share: product / norm };
}
