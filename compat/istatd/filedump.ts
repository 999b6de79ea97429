import { formatGeneral } from "../../src/model/python-number.ts";
import { isoTime } from "../../src/model/time-text.ts";
import { IstatdBuckets } from "./format.ts";
import type { IstatdFile } from "./istatd-file.ts";

/** The first line that `istatd_filedump` prints. */
export const FILEDUMP_HEAD = "DATE,SUM,SUMSQ,MIN,MAX,COUNT,AVG,SDEV\n";

/** The smallest and the greatest number that C's `float` takes for a normal one. */
const FLOAT_MIN = 2 ** -126;
const FLOAT_MAX = (2 - 2 ** -23) * 2 ** 127;
const CHUNK_BUCKETS = 1 << 12;

/** A bucket as `istatd_filedump` prints it. */
export function filedumpRow(buckets: IstatdBuckets, at: number): string {
  const sum = buckets.sum[at]!;
  const count = buckets.count[at]!;
  const sumSq = buckets.sumSq[at]!;
  const numbers = [
    shown(sum),
    shown(sumSq),
    shown(buckets.min[at]!),
    shown(buckets.max[at]!),
    count,
    average(sum, count),
    deviation(sum, sumSq, count),
  ];
  return `"${isoTime(buckets.time[at]!)}",${numbers.map(columnText).join(",")}\n`;
}

/** All that `istatd_filedump FILE` prints: stale buckets, too, for it does not tell them apart. */
export function* filedumpRows(file: IstatdFile): Generator<string> {
  yield FILEDUMP_HEAD;
  const buckets = new IstatdBuckets(CHUNK_BUCKETS);
  const { lastIndex } = file.header;
  // What a header says of the first index is no reason to go round more than once.
  const firstIndex = Math.max(file.header.firstIndex, lastIndex - file.ring + 1);
  for (let index = firstIndex; index <= lastIndex; index += CHUNK_BUCKETS) {
    const count = Math.min(CHUNK_BUCKETS, lastIndex + 1 - index);
    file.readIndexes(index, count, buckets);
    for (let i = 0; i < count; i++) if (buckets.time[i]! > 0) yield filedumpRow(buckets, i);
  }
}

/** What istatd shows of a number: a float, and none that is infinite. */
export function shown(value: number): number {
  const float = Math.fround(value);
  if (float === Number.POSITIVE_INFINITY) return FLOAT_MAX;
  return float === Number.NEGATIVE_INFINITY ? FLOAT_MIN : float;
}

export function average(sum: number, count: number): number {
  return count <= 0 ? 0 : shown(sum / count);
}

/** Of the samples, with the root of n - 1. */
export function deviation(sum: number, sumSq: number, count: number): number {
  if (count < 2) return 0;
  return shown(Math.sqrt(Math.max(0, count * sumSq - sum * sum) / (count * (count - 1))));
}

function columnText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 && !Object.is(value, -0)
    ? String(value)
    : formatGeneral(value);
}
