import type { SeriesFacts } from "../../render/series-source.ts";

/** The grid that a series is shown on, seconds, and the tier that its buckets are read from. */
export interface BucketZoom {
  start: number;
  end: number;
  step: number;
  tier: { step: number; retention: number };
}

/**
 * Chooses the tier as /render does: the finest one that reaches back to the beginning of the range.
 * Where that has more buckets than are wanted they become longer, if possible as long as those of a
 * coarser tier, which are then read as they are kept. The range's first and last moment lie in the
 * first and last bucket; nothing lies ahead of now, and nothing before what is kept.
 */
export function zoomOf(
  tiers: SeriesFacts["tiers"],
  range: { from: number; until: number },
  now: number,
  maxBuckets: number,
): BucketZoom {
  const longest = tiers.reduce((a, b) => (b.retention > a.retention ? b : a));
  const from = Math.min(now, Math.max(range.from, now - longest.retention));
  const until = Math.max(from, Math.min(range.until, now));
  const reaching = tiers.findIndex(({ retention }) => retention >= now - from);
  const usable = reaching < 0 ? [longest] : tiers.slice(reaching);
  const [finest] = usable;
  const needed = (until - from) / Math.max(1, maxBuckets - 1);
  const base = usable.reduce(
    (found, one) => (one.step <= needed && one.step % finest!.step === 0 ? one.step : found),
    finest!.step,
  );
  let step = base * Math.max(1, Math.ceil(needed / base));
  let grid = gridOf(from, until, step);
  while ((grid.end - grid.start) / step > Math.max(1, maxBuckets)) {
    step += base;
    grid = gridOf(from, until, step);
    if (grid.end - grid.start === step) break;
  }
  const tier = usable.reduce((found, one) => (step % one.step === 0 ? one : found), finest!);
  return { ...grid, step, tier: { step: tier.step, retention: tier.retention } };
}

function gridOf(from: number, until: number, step: number): { start: number; end: number } {
  return { start: Math.floor(from / step) * step, end: (Math.floor(until / step) + 1) * step };
}
