import type { Tier } from "../plan.ts";
import type { SeriesTable } from "../series-table.ts";

/** What is asked for, in seconds; `from` is exclusive, `until` inclusive. */
export interface ReadWindow {
  from: number;
  until: number;
  /** The moment from which retention counts. */
  now: number;
  /** Chooses the tier as if the window began here; see TimeWindow in src/render. */
  stepFrom?: number;
  /** The answer has at most this many buckets: of a multiple of the tier's step. */
  maxBuckets?: number | undefined;
  /** The step becomes one that this one fits, too, as at a change of plan. */
  commonWith?: number | undefined;
}

/** A stretch of a series that one plan governs: [from, until), seconds. */
export interface Stretch {
  plan: number;
  from: number;
  until: number;
  /** The plan whose steps say how it is answered: its own, or the one that was learned in it. */
  answeredAs: number;
}

/** The grid that a series is answered on: values.length = (end - start) / step. */
export interface Geometry {
  start: number;
  end: number;
  step: number;
  stretches: Stretch[];
  /** How far back the window reaches, seconds: tiers that keep less are not read. */
  age?: number;
}

/** Steps above this are not multiplied to find a common one. */
const MAX_COMMON_STEP = 3600;

/**
 * Graphite's choice: the finest tier whose retention reaches back to `from`, and the grid points
 * after `from` up to `until`. Null when the series keeps nothing of the window.
 *
 * A window that spans a change of plan is answered at one step: the coarser one if the other
 * divides it, else their least common multiple, else (above an hour) the coarser one.
 */
export function geometryOf(
  table: SeriesTable,
  series: number,
  window: ReadWindow,
): Geometry | null {
  const longest = table.keptSeconds(series, window.now);
  const grid = keptGrid(window, longest, (from, until, age) => {
    let step = 0;
    for (const { answeredAs } of stretchesOf(table, series, from, until)) {
      const { tiers } = table.plans.get(answeredAs);
      step = commonStep(step, tiers[reachingTier(tiers, age)]!.step);
    }
    return step;
  });
  if (grid === null) return null;
  // The last bucket may reach into the next stretch.
  return { ...grid, stretches: stretchesOf(table, series, grid.start, grid.end - 1) };
}

/**
 * The grid of what is kept for `longest` seconds; null when that is nothing of the window. `stepOf`
 * says the step of [from, until] when the window reaches `age` seconds back.
 */
export function keptGrid(
  window: ReadWindow,
  longest: number,
  stepOf: (from: number, until: number, age: number) => number,
): { start: number; end: number; step: number; age: number } | null {
  const { now, maxBuckets, commonWith = 0 } = window;
  if (window.from > now || window.until < now - longest) return null;
  const from = Math.max(window.from, now - longest);
  const until = Math.min(window.until, now);
  const age = now - Math.max(window.stepFrom ?? from, now - longest);
  const step = commonStep(commonWith, stepOf(from, until, age));
  let grid = gridOf(from, until, step);
  if (maxBuckets !== undefined) {
    for (let factor = 1; (grid.end - grid.start) / grid.step > Math.max(1, maxBuckets); ) {
      const buckets = (grid.end - grid.start) / grid.step;
      factor = Math.max(factor + 1, Math.floor((factor * buckets) / (maxBuckets + 1)));
      grid = gridOf(from, until, step * factor);
    }
  }
  return { ...grid, age };
}

function gridOf(
  from: number,
  until: number,
  step: number,
): { start: number; end: number; step: number } {
  const start = Math.floor(from / step) * step + step;
  let end = Math.floor(until / step) * step + step;
  if (end <= start) end = start + step;
  return { start, end, step };
}

/** The plans that a series had in [from, until], oldest first. */
export function stretchesOf(
  table: SeriesTable,
  series: number,
  from: number,
  until: number,
): Stretch[] {
  if (table.epochOf[series] === 0) {
    const plan = table.planOf[series]!;
    const [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return [{ plan, from, until, answeredAs: plan }];
  }
  const epochs = table.epochs(series);
  return epochs
    .map(({ plan, from: begin }, i) => {
      const next = epochs[i + 1];
      return {
        plan,
        from: begin,
        until: next?.from ?? Number.POSITIVE_INFINITY,
        answeredAs: next?.isLearned === true ? next.plan : plan,
      };
    })
    .filter((stretch) => stretch.until > from && stretch.from <= until);
}

/** The finest plain tier that reaches `age` seconds back, else the one that keeps the most. */
export function reachingTier(tiers: readonly Tier[], age: number): number {
  let longest = 0;
  for (let i = 0; i < tiers.length; i++) {
    const { lambda, retention } = tiers[i]!;
    if (lambda !== 0) continue;
    if (retention >= age) return i;
    if (retention > tiers[longest]!.retention) longest = i;
  }
  return longest;
}

/** Of two steps; 0 stands for none. */
export function commonStep(a: number, b: number): number {
  if (a === 0 || a === b) return b;
  const coarse = Math.max(a, b);
  const common = (a / greatestDivisor(a, b)) * b;
  return common === coarse || common <= MAX_COMMON_STEP ? common : coarse;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
