/**
 * The alphabet of residuals. A residual r is first folded to z = 2r, or -2r - 1 when negative.
 *
 *     symbol      stands for                                        raw bits that follow
 *     0           one residual of 0                                 none
 *     k, 1..16    a run of 2^k to 2^(k+1) - 1 residuals of 0        k: the length without its top bit
 *     16 + c      one z of c bits, c from 1 to 53                   c - 1: z without its top bit
 */
export const RUN_CLASSES = 16;
export const VALUE_CLASSES = 53;
export const SYMBOLS = 1 + RUN_CLASSES + VALUE_CLASSES;

/** Bits of a non-negative integer below 2^53. */
export function bitLength(value: number): number {
  return value < 4_294_967_296 ? 32 - Math.clz32(value) : 64 - Math.clz32(value / 4_294_967_296);
}
