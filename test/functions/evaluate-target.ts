import type { TimeSeries } from "../../src/model/time-series.ts";
import { Evaluation, type EvaluationOptions, type Need } from "../../src/render/evaluate.ts";
import { parseTarget } from "../../src/target/parse-target.ts";

/** A series in memory; null is a gap, and so is all that lies outside. */
export interface Stored {
  name: string;
  /** Time of values[0], seconds; a multiple of step. */
  start: number;
  step: number;
  values: readonly (number | null)[];
  /** Storage keeps nothing before this time. */
  oldest?: number;
}

const DEFAULTS: EvaluationOptions = {
  timeZone: "UTC",
  now: 1_700_000_000,
  xFilesFactor: 0,
  maxDatapoints: 100_000,
  events: () => [],
  checkTime: () => {},
};

/** Evaluates targets one after the other over series in memory, as a request does. */
export function evaluateTargets(
  targets: readonly string[],
  stored: readonly Stored[],
  window: { from: number; until: number },
  options: Partial<EvaluationOptions> = {},
): TimeSeries[][] {
  const data = new Map<string, TimeSeries[]>();
  for (let round = 0; round < 8; round++) {
    const evaluation = new Evaluation(data, { ...DEFAULTS, ...options });
    const results = targets.map((target) => {
      const { expression } = parseTarget(target);
      return expression === null ? [] : evaluation.evaluate(expression, window);
    });
    if (evaluation.needs.size === 0) return results;
    for (const need of evaluation.needs.values()) {
      data.set(need.key, fetch(need, stored, options.now ?? DEFAULTS.now));
    }
  }
  throw new Error("the targets never have enough data");
}

export function evaluateTarget(
  target: string,
  stored: readonly Stored[],
  window: { from: number; until: number },
  options: Partial<EvaluationOptions> = {},
): TimeSeries[] {
  return evaluateTargets([target], stored, window, options)[0]!;
}

function fetch(
  { pattern, window, pathExpression }: Need,
  stored: readonly Stored[],
  now: number,
): TimeSeries[] {
  const matching = stored.filter(({ name }) =>
    pattern?.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  return matching.map(({ name, start, step, values, oldest = Number.NEGATIVE_INFINITY }) => {
    const from = Math.floor(Math.max(window.from, oldest) / step) * step + step;
    const end = Math.floor(Math.min(window.until, now) / step) * step + step;
    const length = Math.max(1, (end - from) / step);
    return {
      name,
      pathExpression,
      start: from,
      end: from + length * step,
      step,
      values: Float64Array.from(
        { length },
        (_, i) => values[(from - start) / step + i] ?? Number.NaN,
      ),
      consolidation: "average",
      xFilesFactor: null,
      tags: { name },
    };
  });
}

/** Values as JSON shows them. */
export function shown(series: TimeSeries | undefined): (number | null)[] {
  return Array.from(series?.values ?? [], (value) => (Number.isNaN(value) ? null : value));
}

/** Equal but for rounding. */
export function isClose(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}
