import { cutAtEnd, fitToPoints } from "../model/consolidation.ts";
import { GraphiteError } from "../model/errors.ts";
import { parseTimeExpression, resolveRange } from "../model/time-expression.ts";
import type { TimeSeries } from "../model/time-series.ts";
import { knownTimeZone } from "../model/time-zone.ts";
import type { Expression } from "../target/expression.ts";
import { parseTarget } from "../target/parse-target.ts";
import type { BrokenTarget } from "./broken-targets.ts";
import { Evaluation, type EvaluationOptions, type Fetched, type Need } from "./evaluate.ts";
import { FetchBudget, fetchNeed } from "./fetch.ts";
import { FORMATS, type FormatName } from "./formats/index.ts";
import { prettyJson } from "./formats/pretty-json.ts";
import type { SeriesSource } from "./series-source.ts";

/** What a request may ask for at most. */
export interface RenderLimits {
  maxSeries: number;
  maxDatapoints: number;
  seconds: number;
}

/** A /render request, parameters as they were sent. */
export interface RenderRequest {
  targets: readonly string[];
  from?: string | undefined;
  until?: string | undefined;
  now?: string | undefined;
  tz?: string | undefined;
  /** The zone of requests that name none. */
  timeZone: string;
  format: FormatName;
  /** Of JSON only. */
  maxDataPoints?: number | undefined;
  noNullPoints?: boolean;
  isPretty?: boolean;
  xFilesFactor?: number | undefined;
  /** Of template[...] parameters. */
  variables: Readonly<Record<string, string>>;
  limits: RenderLimits;
}

export interface RenderAnswer {
  body: Uint8Array;
  broken: BrokenTarget[];
  /** Nothing good was asked for and something was broken. */
  isBroken: boolean;
  warnings: string[];
  series: number;
  datapoints: number;
}

/** Rounds of evaluating and fetching; functions that choose by data need two or three. */
const MAX_ROUNDS = 8;

interface Target {
  text: string;
  expression: Expression | null;
  result: TimeSeries[];
  /** In force when the target was evaluated. */
  xFilesFactor: number;
  error: GraphiteError | null;
}

/**
 * Answers a /render request: parses all targets, fetches what they need, evaluates, consolidates
 * and writes the answer. One broken target never takes the good ones with it.
 *
 * @throws GraphiteError for what is wrong with the request as a whole
 */
export async function render(request: RenderRequest, source: SeriesSource): Promise<RenderAnswer> {
  const timeZone =
    (request.tz === undefined ? null : knownTimeZone(request.tz)) ?? request.timeZone;
  const clock = Math.floor(Date.now() / 1000);
  const now = request.now ? parseTimeExpression(request.now, clock, timeZone) : clock;
  const window = resolveRange(request.from, request.until, now, timeZone);
  const began = performance.now();
  const options: EvaluationOptions = {
    timeZone,
    now,
    xFilesFactor: request.xFilesFactor ?? 0,
    maxDatapoints: request.limits.maxDatapoints,
    // No events are kept yet.
    events: () => [],
    checkTime: () => {
      if (performance.now() - began < request.limits.seconds * 1000) return;
      const message = `the request took longer than ${request.limits.seconds} seconds: ask for less`;
      throw new GraphiteError("ERR_LIMIT_SECONDS", message);
    },
  };
  const warnings: string[] = [];
  const targets = request.targets.map((text) => parse(text, request.variables, warnings));
  const data = new Map<string, Fetched>();
  for (let round = 0; ; round++) {
    const evaluation = new Evaluation(data, options);
    for (const target of targets) evaluateTarget(target, evaluation, window);
    if (evaluation.needs.size === 0) break;
    if (round === MAX_ROUNDS)
      throw new GraphiteError("ERR_EVALUATION", "the targets never have enough data");
    await fetchAll([...evaluation.needs.values()], data, source, request, window.from, options);
  }
  return finish(targets, request, options, warnings);
}

function parse(
  text: string,
  variables: Readonly<Record<string, string>>,
  warnings: string[],
): Target {
  try {
    const { expression, ignored } = parseTarget(text, variables);
    if (ignored !== "") warnings.push(`text after the target is ignored: ${ignored.slice(0, 200)}`);
    return { text, expression, result: [], xFilesFactor: 0, error: null };
  } catch (error) {
    return {
      text,
      expression: null,
      result: [],
      xFilesFactor: 0,
      error: toGraphiteError(error),
    };
  }
}

function evaluateTarget(
  target: Target,
  evaluation: Evaluation,
  window: { from: number; until: number },
): void {
  if (target.expression === null) return;
  try {
    target.result = evaluation.evaluate(target.expression, window);
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
  request: RenderRequest,
  stepFrom: number,
  { now, checkTime }: EvaluationOptions,
): Promise<void> {
  const budget = new FetchBudget(request.limits, data.values());
  // One less: the grids of several series may be shifted against each other by a point.
  const maxBuckets =
    request.format === "json" && request.maxDataPoints !== undefined
      ? Math.max(1, request.maxDataPoints - 1)
      : undefined;
  for (const need of needs) {
    checkTime();
    const { from, until, statistic, isExact } = need.window;
    const exact = isExact === true ? maxBuckets : undefined;
    const window = { from, until, now, stepFrom, statistic, maxBuckets: exact };
    try {
      data.set(need.key, await fetchNeed(need, window, source, budget));
    } catch (error) {
      if (!(error instanceof GraphiteError) || error.code.startsWith("ERR_LIMIT")) throw error;
      // A wrong tag expression breaks its own target only.
      data.set(need.key, error);
    }
  }
}

function finish(
  targets: readonly Target[],
  request: RenderRequest,
  options: EvaluationOptions,
  warnings: string[],
): RenderAnswer {
  const broken: BrokenTarget[] = [];
  for (const { text, error } of targets) {
    if (error !== null) {
      broken.push({
        target: text,
        column: error.column ?? 1,
        reason: error.message,
        call: error.call,
        code: error.code,
      });
    }
  }
  const isBroken = broken.length > 0 && broken.length === targets.length;
  let list = targets.flatMap((target) => target.result);
  const { maxDataPoints, format } = request;
  const { xFilesFactor, timeZone } = options;
  if (format === "json" && maxDataPoints !== undefined) {
    const start = list.reduce((least, series) => Math.min(least, series.start), Infinity);
    const end = list.reduce((most, series) => Math.max(most, series.end), -Infinity);
    list = targets.flatMap((target) =>
      target.result.map((series) =>
        fitToPoints(series, maxDataPoints, end - start, target.xFilesFactor),
      ),
    );
  }
  list = list.map(cutAtEnd);
  const datapoints = list.reduce((sum, series) => sum + series.values.length, 0);
  const { isJson, write } = FORMATS[format];
  const noNullPoints = request.noNullPoints === true;
  const written = write(list, { noNullPoints, timeZone, xFilesFactor });
  const body = isJson && request.isPretty === true ? prettyJson(written) : written;
  return { body, broken, isBroken, warnings, series: list.length, datapoints };
}

function toGraphiteError(error: unknown): GraphiteError {
  if (error instanceof GraphiteError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new GraphiteError("ERR_EVALUATION", reason, { cause: error });
}
