/**
 * The statistics that a bucket can keep, as bits of a column mask. A replace-mode datapoint is the
 * bucket whose last is its value; everything else follows from that (see `SINGLE`).
 */
export const LAST = 1 << 0;
export const COUNT = 1 << 1;
/** Known base slots in the bucket: what xFilesFactor is tested against. */
export const SLOTS = 1 << 2;
export const SUM = 1 << 3;
export const MIN = 1 << 4;
export const MAX = 1 << 5;
/** Sum of squared deviations from the mean. */
export const M2 = 1 << 6;
/** Value of least magnitude; kept only where a rule asks for it. */
export const ABSMIN = 1 << 7;

/** What a bucket of one sample needs: count = slots = 1, sum = min = max = last, M2 = 0. */
export const SINGLE = LAST;
/** A bucket of which one statistic is known: it stands in the column of last. */
export const ONLY = LAST | SLOTS;
export const ALL = LAST | COUNT | SLOTS | SUM | MIN | MAX | M2;
/** A bucket of a store that does not keep the last sample: the mean stands in for it. */
export const ALL_BUT_LAST = ALL & ~LAST;

/** In the order in which blocks store them. */
export const COLUMNS = [LAST, COUNT, SLOTS, SUM, MIN, MAX, M2, ABSMIN] as const;
