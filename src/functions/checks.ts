import { GraphiteError } from "../model/errors.ts";
import { parseInterval } from "../model/interval.ts";
import type { TimeSeries } from "../model/time-series.ts";

const MAX_SPAN_SECONDS = 100 * 365 * 86_400;

/** @throws GraphiteError ERR_ARGUMENT unless least <= value <= most */
export function checkRange(what: string, value: number, least: number, most = Infinity): void {
  if (value >= least && value <= most && Number.isFinite(value)) return;
  const range = most < Infinity ? `between ${least} and ${most}` : `a number from ${least} on`;
  throw new GraphiteError("ERR_ARGUMENT", `${what} must be ${range}, not ${value}`);
}

/** The seconds of a time span such as "5min". @throws GraphiteError unless it is above nothing */
export function spanSeconds(what: string, text: string): number {
  const seconds = parseInterval(text);
  if (seconds > 0 && seconds <= MAX_SPAN_SECONDS) return seconds;
  const message = `${what} must be longer than nothing and at most 100 years, not ${text}`;
  throw new GraphiteError("ERR_ARGUMENT", message);
}

/** The one series of a list, undefined when it is empty. @throws GraphiteError for several */
export function onlyOne(what: string, list: readonly TimeSeries[]): TimeSeries | undefined {
  if (list.length <= 1) return list[0];
  const message = `${what} must be one series: this one matches ${list.length}`;
  throw new GraphiteError("ERR_ARGUMENT", message);
}

/** For functions that make datapoints. @throws GraphiteError ERR_LIMIT_DATAPOINTS */
export function checkDatapoints(count: number, maxDatapoints: number, remedy: string): void {
  if (count <= maxDatapoints) return;
  throw new GraphiteError("ERR_LIMIT_DATAPOINTS", `${count} datapoints are too many: ${remedy}`);
}
