import type { Window } from "../functions/define.ts";
import { GraphiteError } from "../model/errors.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Expression } from "../target/expression.ts";
import type { BrokenTarget } from "./broken-targets.ts";
import { Evaluation, type EvaluationOptions, type Fetched, type Need } from "./evaluate.ts";
import { EventTimes } from "./event-times.ts";
import { FetchBudget, fetchNeed } from "./fetch.ts";
import type { RenderLimits } from "./render.ts";
import type { SeriesSource } from "./series-source.ts";

/** Rounds of evaluating and fetching; functions that choose by data need two or three. */
const MAX_ROUNDS = 8;

/** A target of a request, and what comes of it. */
export interface Target {
  text: string;
  /** Null for a target that asks for nothing, and for one that cannot be parsed. */
  expression: Expression | null;
  window: Window;
  result: TimeSeries[];
  /** In force when the target was evaluated. */
  xFilesFactor: number;
  error: GraphiteError | null;
}

/** How the data of a request are fetched. */
export interface Fetching {
  limits: RenderLimits;
  /** See TimeWindow; without it each window is answered at its own step. */
  stepFrom?: number;
  maxBuckets?: number | undefined;
  /** Told what each need has fetched, and how long that took. */
  onFetch?: (need: Need, found: readonly TimeSeries[], milliseconds: number) => void;
}

/** Events are fetched like series. */
export type TargetOptions = Omit<EvaluationOptions, "events">;

export function targetOf(text: string, expression: Expression | null, window: Window): Target {
  return { text, expression, window, result: [], xFilesFactor: 0, error: null };
}

/**
 * Evaluates targets, each in its window, and fetches what they need, all of it together. What is
 * wrong with one target is noted there and harms no other one.
 *
 * @throws GraphiteError when a limit of the request is passed
 */
export async function evaluateTargets(
  targets: readonly Target[],
  source: SeriesSource,
  options: TargetOptions,
  fetching: Fetching,
): Promise<void> {
  const data = new Map<string, Fetched>();
  const events = new EventTimes(source, options.maxDatapoints);
  for (let round = 0; ; round++) {
    const evaluation = new Evaluation(data, {
      ...options,
      events: (tags, window) => events.times(tags, window),
    });
    for (const target of targets) evaluateTarget(target, evaluation);
    if (evaluation.needs.size === 0 && !events.isMissing) return;
    if (round === MAX_ROUNDS)
      throw new GraphiteError("ERR_EVALUATION", "the targets never have enough data");
    await events.fetch();
    await fetchAll([...evaluation.needs.values()], data, source, options, fetching);
  }
}

/** Those that could not be answered, with the reasons. */
export function brokenTargets(targets: readonly Target[]): BrokenTarget[] {
  return targets.flatMap(({ text, error }) => {
    if (error === null) return [];
    const { message: reason, call, code, column = 1 } = error;
    return [{ target: text, column, reason, call, code }];
  });
}

/** Ends what takes longer, from now on. */
export function deadline(seconds: number): () => void {
  const began = performance.now();
  return () => {
    if (performance.now() - began < seconds * 1000) return;
    const message = `the request took longer than ${seconds} seconds: ask for less`;
    throw new GraphiteError("ERR_LIMIT_SECONDS", message);
  };
}

export function toGraphiteError(error: unknown): GraphiteError {
  if (error instanceof GraphiteError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new GraphiteError("ERR_EVALUATION", reason, { cause: error });
}

function evaluateTarget(target: Target, evaluation: Evaluation): void {
  if (target.expression === null) return;
  try {
    target.result = evaluation.evaluate(target.expression, target.window);
    target.xFilesFactor = evaluation.xFilesFactor;
    target.error = null;
  } catch (error) {
    // While data are missing this may be their fault; the last round counts.
    target.result = [];
    target.error = toGraphiteError(error);
    if (target.error.code === "ERR_LIMIT_SECONDS") throw target.error;
  }
}

async function fetchAll(
  needs: readonly Need[],
  data: Map<string, Fetched>,
  source: SeriesSource,
  { now, checkTime }: TargetOptions,
  { limits, stepFrom, maxBuckets, onFetch }: Fetching,
): Promise<void> {
  const budget = new FetchBudget(limits, data.values());
  for (const need of needs) {
    checkTime();
    const { from, until, statistic, isExact } = need.window;
    const exact = isExact === true ? maxBuckets : undefined;
    const window = { from, until, now, statistic, isExact, maxBuckets: exact };
    const whole = stepFrom === undefined ? window : { ...window, stepFrom };
    try {
      const began = performance.now();
      const found = await fetchNeed(need, whole, source, budget);
      onFetch?.(need, found, performance.now() - began);
      data.set(need.key, found);
    } catch (error) {
      if (!(error instanceof GraphiteError) || error.code.startsWith("ERR_LIMIT")) throw error;
      // A wrong tag expression breaks its own target only.
      data.set(need.key, error);
    }
  }
}
