import type { CounterBuckets } from "./buckets.ts";

/** What an answer says of a bucket, in the order of compact answers. */
export interface BucketFacts {
  time: number;
  count: number;
  min: number;
  max: number;
  sum: number;
  sumsq: number;
  avg: number;
  sdev: number;
}

/**
 * Calls `visit` for every bucket that there is, with facts that are good until the next one. The
 * deviation is that of a sample: divided by count - 1, and 0 of a single one.
 */
export function eachBucket(
  { start, step, buckets }: CounterBuckets,
  visit: (facts: BucketFacts) => void,
): void {
  const facts = { time: 0, count: 0, min: 0, max: 0, sum: 0, sumsq: 0, avg: 0, sdev: 0 };
  const { first } = buckets;
  for (let i = 0; i < buckets.count.length; i++) {
    const count = buckets.count[i]!;
    if (count === 0) continue;
    const sum = buckets.sum[i]!;
    const m2 = buckets.m2[i]!;
    facts.time = start + (first + i) * step;
    facts.count = count;
    facts.min = buckets.min[i]!;
    facts.max = buckets.max[i]!;
    facts.sum = sum;
    facts.sumsq = m2 + (sum * sum) / count;
    facts.avg = sum / count;
    facts.sdev = count < 2 ? 0 : Math.sqrt(m2 / (count - 1));
    visit(facts);
  }
}

/** A number as JSON has it: infinities are the largest ones, and what is not known is null. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value === 0 ? 0 : value);
  if (Number.isNaN(value)) return "null";
  return value > 0 ? String(Number.MAX_VALUE) : String(-Number.MAX_VALUE);
}
