import type { Window } from "../functions/define.ts";
import { cutAtEnd, fitToPoints } from "../model/consolidation.ts";
import { parseTimeExpression, resolveRange } from "../model/time-expression.ts";
import { knownTimeZone } from "../model/time-zone.ts";
import { parseTarget } from "../target/parse-target.ts";
import type { BrokenTarget } from "./broken-targets.ts";
import {
  brokenTargets,
  deadline,
  evaluateTargets,
  type Target,
  type TargetOptions,
  targetOf,
  toGraphiteError,
} from "./evaluate-targets.ts";
import { FORMATS, type FormatName } from "./formats/index.ts";
import { prettyJson } from "./formats/pretty-json.ts";
import { peerExpression } from "./peer-target.ts";
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
  /** They come from the frontend of a cluster: paths, in which anything may be a character. */
  isPeer?: boolean;
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
  const options: TargetOptions = {
    timeZone,
    now,
    xFilesFactor: request.xFilesFactor ?? 0,
    maxDatapoints: request.limits.maxDatapoints,
    checkTime: deadline(request.limits.seconds),
  };
  const warnings: string[] = [];
  const targets = request.targets.map((text) => parse(text, window, request, warnings));
  // One less: the grids of several series may be shifted against each other by a point.
  const maxBuckets =
    request.format === "json" && request.maxDataPoints !== undefined
      ? Math.max(1, request.maxDataPoints - 1)
      : undefined;
  const fetching = { limits: request.limits, stepFrom: window.from, maxBuckets };
  await evaluateTargets(targets, source, options, fetching);
  return finish(targets, request, options, warnings);
}

function parse(
  text: string,
  window: Window,
  { isPeer = false, variables }: RenderRequest,
  warnings: string[],
): Target {
  try {
    if (isPeer) return targetOf(text, peerExpression(text), window);
    const { expression, ignored } = parseTarget(text, variables);
    if (ignored !== "") warnings.push(`text after the target is ignored: ${ignored.slice(0, 200)}`);
    return targetOf(text, expression, window);
  } catch (error) {
    return { ...targetOf(text, null, window), error: toGraphiteError(error) };
  }
}

function finish(
  targets: readonly Target[],
  request: RenderRequest,
  options: TargetOptions,
  warnings: string[],
): RenderAnswer {
  const broken = brokenTargets(targets);
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
