import { type CalendarUnit, startOfUnit } from "../../model/calendar.ts";
import { GraphiteError } from "../../model/errors.ts";
import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import {
  aggFunc,
  interval,
  oneOf,
  optional,
  orBoolean,
  seriesList,
  string,
  suggesting,
  withDefault,
} from "../params.ts";
import { bucketSeconds, joinBuckets } from "./buckets.ts";

const UNITS: readonly CalendarUnit[] = [
  "years",
  "months",
  "weeks",
  "days",
  "hours",
  "minutes",
  "seconds",
];

export const smartSummarize = defineFunction({
  name: "smartSummarize",
  group: "Transform",
  doc: "Joins the datapoints of each interval by the named function; the first one begins with the graph, or with a calendar unit.",
  params: {
    seriesList,
    intervalString: suggesting(interval, "10min", "1h", "1d"),
    func: withDefault(aggFunc, "sum"),
    alignTo: optional(orBoolean(oneOf(string, ...UNITS))),
  },
  plan: ({ alignTo }, window, { timeZone }) => {
    if (typeof alignTo !== "string") return [];
    const { unit, weekday } = alignmentOf(alignTo);
    return [{ from: startOfUnit(window.from, unit, timeZone, weekday), until: window.until }];
  },
  evaluate: ({ seriesList: list, intervalString, func }, context) => {
    const seconds = bucketSeconds(intervalString);
    return (context.planned[0] ?? list).map((series) =>
      renamed(
        series,
        `smartSummarize(${series.name}, "${intervalString}", "${func}")`,
        joinBuckets(series, series, seconds, func, context),
        { smartSummarize: intervalString, smartSummarizeFunction: func },
      ),
    );
  },
});

/** Units by their first letters, as in time spans; a week may name the day that it begins with. */
function alignmentOf(alignTo: string): { unit: CalendarUnit; weekday: number } {
  const [, letters = "", digit] = /^([a-z]+)([1-7])?$/i.exec(alignTo.trim()) ?? [];
  const unit = UNITS.find(
    (one) => letters !== "" && letters !== "m" && one.startsWith(letters.toLowerCase()),
  );
  if (unit === undefined || (digit !== undefined && unit !== "weeks")) {
    const message = `alignTo must be one of ${UNITS.join(", ")}, or weeks1 to weeks7, not ${alignTo}`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  return { unit, weekday: digit === undefined ? 1 : Number(digit) };
}
