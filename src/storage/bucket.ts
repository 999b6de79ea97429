/**
 * A bucket: what is kept of the samples of one slot. `combine` joins two of one slot, wherever they
 * meet: in the parts of a log or in a merge. Coarser buckets are built by src/storage/roll-up.
 */
export interface Bucket {
  /** Samples. */
  count: number;
  /** Known base slots. */
  slots: number;
  sum: number;
  min: number;
  max: number;
  last: number;
  /** Sum of squared deviations from the mean. */
  m2: number;
}

export function emptyBucket(): Bucket {
  return { count: 0, slots: 0, sum: 0, min: Number.NaN, max: Number.NaN, last: Number.NaN, m2: 0 };
}

export function clearBucket(bucket: Bucket): void {
  bucket.count = 0;
  bucket.slots = 0;
  bucket.sum = 0;
  bucket.min = Number.NaN;
  bucket.max = Number.NaN;
  bucket.last = Number.NaN;
  bucket.m2 = 0;
}

/** M2 of two sets together, from their counts, sums and M2s (the parallel formula). */
export function combinedM2(
  countA: number,
  sumA: number,
  m2A: number,
  countB: number,
  sumB: number,
  m2B: number,
): number {
  if (countA === 0) return m2B;
  if (countB === 0) return m2A;
  const delta = sumB / countB - sumA / countA;
  if (delta === 0) return m2A + m2B;
  return m2A + m2B + (delta * delta * countA * countB) / (countA + countB);
}

/** Adds the samples described by the arguments, later than those already there. */
export function combine(
  into: Bucket,
  count: number,
  slots: number,
  sum: number,
  min: number,
  max: number,
  last: number,
  m2: number,
): void {
  if (into.count === 0) {
    into.count = count;
    into.slots += slots;
    into.sum = sum;
    into.min = min;
    into.max = max;
    into.last = last;
    into.m2 = m2;
    return;
  }
  into.m2 = combinedM2(into.count, into.sum, into.m2, count, sum, m2);
  into.count += count;
  into.slots += slots;
  into.sum += sum;
  if (min < into.min) into.min = min;
  if (max > into.max) into.max = max;
  into.last = last;
}

/** Makes `bucket` the bucket of one sample. */
export function setSingle(bucket: Bucket, value: number): void {
  bucket.count = 1;
  bucket.slots = 1;
  bucket.sum = value;
  bucket.min = value;
  bucket.max = value;
  bucket.last = value;
  bucket.m2 = 0;
}
