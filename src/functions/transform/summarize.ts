import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { aggFunc, boolean, interval, seriesList, suggesting, withDefault } from "../params.ts";
import { bucketSeconds, joinBuckets } from "./buckets.ts";

export const summarize = defineFunction({
  name: "summarize",
  group: "Transform",
  doc: "Joins the datapoints of each interval by the named function.",
  params: {
    seriesList,
    intervalString: suggesting(interval, "10min", "1h", "1d"),
    func: withDefault(aggFunc, "sum"),
    alignToFrom: withDefault(boolean, false),
  },
  evaluate: ({ seriesList: list, intervalString, func, alignToFrom }, context) => {
    const seconds = bucketSeconds(intervalString);
    const suffix = `"${intervalString}", "${func}"${alignToFrom ? ", true" : ""}`;
    return list.map((series) => {
      const start = alignToFrom ? series.start : series.start - (series.start % seconds);
      const end = alignToFrom ? series.end : series.end - (series.end % seconds) + seconds;
      return renamed(
        series,
        `summarize(${series.name}, ${suffix})`,
        joinBuckets(series, { start, end }, seconds, func, context),
        { summarize: intervalString, summarizeFunction: func },
      );
    });
  },
});
