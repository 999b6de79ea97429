import { GraphiteError } from "../../model/errors.ts";
import type { Range } from "../../render/istat/buckets.ts";
import type { Params } from "../params.ts";

/** What is shown when nobody says which range. */
const DEFAULT_SECONDS = 900;
const DEFAULT_SAMPLES = 1000;
const DEFAULT_KEY_SAMPLES = 100;

/** The range of a URL. @throws GraphiteError ERR_PARAMETER */
export function rangeOfUrl(params: Params, now: number): Range {
  const samples = whole(params, "samples") ?? DEFAULT_SAMPLES;
  return {
    ...edges(
      whole(params, "start") ?? 0,
      whole(params, "end") ?? 0,
      now,
      "end must be greater than start!",
    ),
    now,
    maxSamples: samples,
    isTrailing: (whole(params, "trailing") ?? 0) !== 0,
  };
}

/** The range of a multi-get. @throws GraphiteError ERR_PARAMETER */
export function rangeOfBody(body: Readonly<Record<string, unknown>>, now: number): Range {
  const samples = wholeOf(body.maxSamples, "maxSamples") || DEFAULT_KEY_SAMPLES;
  const { trailing } = body;
  return {
    ...edges(
      wholeOf(body.start, "start"),
      wholeOf(body.stop, "stop"),
      now,
      "Start must be before stop",
    ),
    now,
    maxSamples: samples,
    isTrailing: typeof trailing === "number" && Math.trunc(trailing) !== 0,
  };
}

/** 0 is none: without both the last quarter of an hour, without one a quarter of an hour around the other. */
function edges(
  start: number,
  end: number,
  now: number,
  complaint: string,
): { start: number; end: number } {
  const until = end !== 0 ? end : start !== 0 ? start + DEFAULT_SECONDS : now;
  const from = start !== 0 ? start : Math.max(0, until - DEFAULT_SECONDS);
  if (until < from) throw new GraphiteError("ERR_PARAMETER", complaint);
  return { start: from, end: until };
}

function whole(params: Params, name: string): number | undefined {
  const text = params.one(name)?.trim();
  if (text === undefined || text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new GraphiteError("ERR_PARAMETER", `Bad integer argument ${name}: ${text.slice(0, 100)}`);
  }
  const value = Number(text);
  if (value >= 0 && Number.isSafeInteger(value)) return value;
  throw new GraphiteError("ERR_PARAMETER", `Invalid ${name} parameter`);
}

function wholeOf(value: unknown, name: string): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === "number" ? Math.trunc(value) : Number.NaN;
  if (number >= 0 && Number.isSafeInteger(number)) return number;
  throw new GraphiteError("ERR_PARAMETER", `Invalid '${name}' parameter`);
}
