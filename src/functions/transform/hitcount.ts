import { startOfUnit } from "../../model/calendar.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { boolean, interval, seriesList, suggesting, withDefault } from "../params.ts";
import { bucketSeconds } from "./buckets.ts";

export const hitcount = defineFunction({
  name: "hitcount",
  group: "Transform",
  doc: "Takes the datapoints for rates per second and counts what they make in each interval.",
  params: {
    seriesList,
    intervalString: suggesting(interval, "10min", "1h", "1d"),
    alignToInterval: withDefault(boolean, false),
  },
  plan: ({ intervalString, alignToInterval }, window, { timeZone }) => {
    if (!alignToInterval) return [];
    const from = alignedStart(window.from, bucketSeconds(intervalString), timeZone);
    return [{ from, until: window.until }];
  },
  evaluate: ({ seriesList: list, intervalString, alignToInterval }, context) => {
    const seconds = bucketSeconds(intervalString);
    const suffix = `"${intervalString}"${alignToInterval ? ", true" : ""}`;
    return (context.planned[0] ?? list).map((series) => {
      const whole = Math.floor((series.end - series.start) / seconds) * seconds;
      const end = alignToInterval ? series.start + whole + seconds : series.end;
      const count = Math.max(0, Math.ceil((end - series.start) / seconds));
      context.reserve(count);
      const start = end - count * seconds;
      const values = hits(series, start, seconds, count);
      return renamed(
        series,
        `hitcount(${series.name}, ${suffix})`,
        { start, end, step: seconds, values },
        { hitcount: intervalString },
      );
    });
  },
});

/** Short intervals begin with a minute, longer ones with an hour or a day. */
function alignedStart(from: number, seconds: number, timeZone: string): number {
  if (seconds >= 86_400) return startOfUnit(from, "days", timeZone);
  if (seconds >= 3600) return startOfUnit(from, "hours", timeZone);
  return seconds >= 60 ? startOfUnit(from, "minutes", timeZone) : from;
}

/** Spreads every rate over the buckets that its step touches, each by the seconds in it. */
function hits(series: TimeSeries, start: number, seconds: number, count: number): Float64Array {
  const { step, values } = series;
  const result = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i < values.length; i++) {
    const rate = values[i]!;
    if (Number.isNaN(rate)) continue;
    let from = series.start - start + i * step;
    const until = Math.min(from + step, count * seconds);
    while (from < until) {
      const bucket = Math.floor(from / seconds);
      const next = Math.min(until, (bucket + 1) * seconds);
      const before = result[bucket]!;
      result[bucket] = (Number.isNaN(before) ? 0 : before) + rate * (next - from);
      from = next;
    }
  }
  return result;
}
