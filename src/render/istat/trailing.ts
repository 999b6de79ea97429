import type { FoundNode, SeriesSource, StoredBuckets, TrailingLevel } from "../series-source.ts";
import type { Grid } from "./grid.ts";

/** Beyond so many seasons the past weighs nothing. */
const MAX_SEASONS = 200;

/**
 * What a trailing level holds: the moving average of a counter over seasons, per bucket of the
 * level. Of an older season `lambda` of the average stays, and what it was before weighs the rest.
 * It is made of the plain levels, as far back as they reach, so that late data count as well. A
 * bucket of a season in which there is none begins anew in the next one.
 *
 * @param grid multiples of the level's step
 * @param seasons how many there are before the range
 */
export function trailingBuckets(
  leaf: FoundNode,
  { step, season, lambda }: TrailingLevel,
  grid: Grid,
  now: number,
  seasons: number,
  source: SeriesSource,
  maxBuckets: number,
): StoredBuckets {
  const slots = Math.round((grid.end - grid.start) / step);
  const most = Math.min(MAX_SEASONS, seasons, Math.floor(maxBuckets / Math.max(1, slots)));
  const seasonAt = (back: number): StoredBuckets => {
    const start = grid.start - back * season;
    return source.buckets(leaf, { start, end: grid.end - back * season, step, age: now - start });
  };
  let average = seasonAt(most);
  for (let back = most - 1; back >= 0; back--) {
    const next = seasonAt(back);
    blend(average, next, lambda);
    average = next;
  }
  return merged(average, Math.round(grid.step / step));
}

/** Makes `next` the average of what it was before and of itself. */
function blend(before: StoredBuckets, next: StoredBuckets, lambda: number): void {
  for (let i = 0; i < next.count.length; i++) {
    const old = before.count[i]!;
    const count = next.count[i]!;
    if (old === 0 || count === 0) continue;
    const both = (a: number, b: number): number => a * lambda + b * (1 - lambda);
    const squares = both(sumOfSquares(before, i), sumOfSquares(next, i));
    next.count[i] = Math.max(1, Math.floor(both(old, count) + 0.5));
    next.sum[i] = both(before.sum[i]!, next.sum[i]!);
    next.min[i] = both(before.min[i]!, next.min[i]!);
    next.max[i] = both(before.max[i]!, next.max[i]!);
    next.m2[i] = Math.max(0, squares - next.sum[i]! ** 2 / next.count[i]!);
  }
}

function sumOfSquares({ count, sum, m2 }: StoredBuckets, i: number): number {
  return m2[i]! + sum[i]! ** 2 / count[i]!;
}

/** Every `factor` buckets as one. */
function merged(buckets: StoredBuckets, factor: number): StoredBuckets {
  if (factor <= 1) return buckets;
  const { count, sum, min, max } = buckets;
  const length = Math.ceil(count.length / factor);
  const column = (): Float64Array => new Float64Array(length);
  const into = {
    first: 0,
    count: column(),
    sum: column(),
    min: column(),
    max: column(),
    m2: column(),
  };
  const squares = column();
  for (let i = 0; i < count.length; i++) {
    if (count[i] === 0) continue;
    const at = Math.floor(i / factor);
    const isFirst = into.count[at] === 0;
    into.min[at] = isFirst ? min[i]! : Math.min(into.min[at]!, min[i]!);
    into.max[at] = isFirst ? max[i]! : Math.max(into.max[at]!, max[i]!);
    into.count[at] = into.count[at]! + count[i]!;
    into.sum[at] = into.sum[at]! + sum[i]!;
    squares[at] = squares[at]! + sumOfSquares(buckets, i);
  }
  for (let at = 0; at < length; at++) {
    if (into.count[at] === 0) continue;
    into.m2[at] = Math.max(0, squares[at]! - into.sum[at]! ** 2 / into.count[at]!);
  }
  return into;
}
