import type { Window } from "../../functions/define.ts";
import type { GraphiteError } from "../../model/errors.ts";
import { escapePattern } from "../../model/glob.ts";
import { resolveRange } from "../../model/time-expression.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { knownTimeZone } from "../../model/time-zone.ts";
import { parseTarget } from "../../target/parse-target.ts";
import type { Need } from "../evaluate.ts";
import {
  deadline,
  evaluateTargets,
  type Target,
  targetOf,
  toGraphiteError,
} from "../evaluate-targets.ts";
import type { RenderLimits } from "../render.ts";
import type { SeriesSource } from "../series-source.ts";
import type { ExplainRequest } from "./ui-job.ts";

/** What one pattern of a target has fetched. */
export interface ExplainedFetch {
  path: string;
  /** Seconds; longer ago than what was asked for where a function looks further back. */
  from: number;
  until: number;
  series: number;
  /** Of the series with the finest one; 0 for none. */
  step: number;
  /** Of the tier that these are read from; null where they are made of several series. */
  tierStep: number | null;
  points: number;
  milliseconds: number;
}

export interface ExplainedTarget {
  target: string;
  /** How many come of it. */
  series: number;
  error: { message: string; column: number | null } | null;
  fetches: ExplainedFetch[];
  milliseconds: number;
}

/**
 * Evaluates targets as /render does, each by itself, and tells what was fetched for it.
 *
 * @throws GraphiteError for what is wrong with the request as a whole
 */
export async function explain(
  request: ExplainRequest,
  source: SeriesSource,
  defaultZone: string,
  limits: RenderLimits,
): Promise<{ targets: ExplainedTarget[] }> {
  const { tz, from, until, maxDataPoints } = request;
  const timeZone = (tz === undefined ? null : knownTimeZone(tz)) ?? defaultZone;
  const now = Math.floor(Date.now() / 1000);
  const window = resolveRange(from, until, now, timeZone);
  const checkTime = deadline(limits.seconds);
  const options = {
    timeZone,
    now,
    xFilesFactor: 0,
    maxDatapoints: limits.maxDatapoints,
    checkTime,
  };
  const maxBuckets = maxDataPoints === undefined ? undefined : Math.max(1, maxDataPoints - 1);
  const targets: ExplainedTarget[] = [];
  for (const text of request.targets) {
    const began = performance.now();
    const noted: { fetched: ExplainedFetch; example: string | null }[] = [];
    const target = parsed(text, window);
    const onFetch = (need: Need, found: readonly TimeSeries[], milliseconds: number): void => {
      noted.push(fetchOf(need, found, milliseconds));
    };
    try {
      const fetching = { limits, stepFrom: window.from, maxBuckets, onFetch };
      await evaluateTargets([target], source, options, fetching);
    } catch (error) {
      target.error = toGraphiteError(error);
    }
    const milliseconds = rounded(performance.now() - began);
    const fetches: ExplainedFetch[] = [];
    for (const { fetched, example } of noted) {
      const tierStep = await tierStepOf(example, fetched.step, source);
      fetches.push({ ...fetched, tierStep });
    }
    const { error, result } = target;
    targets.push({
      target: text,
      series: result.length,
      error: told(error),
      fetches,
      milliseconds,
    });
  }
  return { targets };
}

function parsed(text: string, window: Window): Target {
  try {
    return targetOf(text, parseTarget(text).expression, window);
  } catch (error) {
    return { ...targetOf(text, null, window), error: toGraphiteError(error) };
  }
}

function told(error: GraphiteError | null): ExplainedTarget["error"] {
  return error === null ? null : { message: error.message, column: error.column ?? null };
}

function fetchOf(
  need: Need,
  found: readonly TimeSeries[],
  milliseconds: number,
): { fetched: ExplainedFetch; example: string | null } {
  const finest = found.reduce<TimeSeries | null>(
    (best, series) => (best === null || series.step < best.step ? series : best),
    null,
  );
  const path = need.pattern ?? `seriesByTag(${need.tags!.map((tag) => `'${tag}'`).join(",")})`;
  const fetched = {
    path,
    from: need.window.from,
    until: need.window.until,
    series: found.length,
    step: finest?.step ?? 0,
    tierStep: null,
    points: found.reduce((sum, { values }) => sum + values.length, 0),
    milliseconds: rounded(milliseconds),
  };
  return { fetched, example: need.levels === null ? (finest?.name ?? null) : null };
}

/** The coarsest tier whose buckets fit into those of the answer. */
async function tierStepOf(
  name: string | null,
  step: number,
  source: SeriesSource,
): Promise<number | null> {
  if (name === null) return null;
  const pattern = name.includes(";") ? name : escapePattern(name);
  const leaf = (await source.find(pattern, null, 2)).find(({ isLeaf }) => isLeaf);
  if (leaf === undefined) return null;
  const { tiers } = source.factsOf(leaf);
  const fitting = tiers.filter((tier) => step % tier.step === 0).map((tier) => tier.step);
  return fitting.length === 0 ? null : Math.max(...fitting);
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
