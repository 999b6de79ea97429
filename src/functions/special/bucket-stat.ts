import { type AggregationMethod, isAggregationMethod } from "../../model/aggregation.ts";
import { GraphiteError } from "../../model/errors.ts";
import { formatGeneral } from "../../model/python-number.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction, type Window } from "../define.ts";
import { float, oneOf, optional, seriesList, string } from "../params.ts";

const STATISTICS = ["min", "max", "sum", "count", "stddev", "last", "range", "average"] as const;

function statisticNamed(name: string): AggregationMethod {
  const method = name === "avg" ? "average" : name;
  if (isAggregationMethod(method)) return method;
  const message = `${name} is no statistic of a bucket: one of ${STATISTICS.join(", ")}`;
  throw new GraphiteError("ERR_ARGUMENT", message);
}

const exactly = (window: Window, statistic: AggregationMethod): Window => ({
  ...window,
  statistic,
  isExact: true,
});

export const bucketStat = defineFunction({
  name: "bucketStat",
  group: "Special",
  origin: "statite",
  doc:
    "A statistic of the samples of every bucket, from what is stored: least, greatest, sum, number, " +
    "spread and so on. It is exact at every zoom, also years back.",
  params: { seriesList, statistic: oneOf(string, ...STATISTICS) },
  needsOnlyPlanned: true,
  plan: ({ statistic }, window) => [exactly(window, statisticNamed(statistic))],
  evaluate: ({ statistic }, { planned }) => {
    const consolidation = statisticNamed(statistic);
    return planned[0]!.map((series) =>
      renamed(
        series,
        `bucketStat(${series.name},"${statistic}")`,
        { consolidation },
        { bucketStat: statistic },
      ),
    );
  },
});

export const bucketBand = defineFunction({
  name: "bucketBand",
  group: "Special",
  origin: "statite",
  doc:
    "Three series of each: the mean of every bucket with its least and greatest sample or, if k is " +
    "given, with k standard deviations below and above. Exact at every zoom.",
  params: { seriesList, k: optional(float) },
  needsOnlyPlanned: true,
  plan: ({ k }, window) => {
    const statistics: AggregationMethod[] =
      k === undefined ? ["average", "min", "max"] : ["average", "stddev"];
    return statistics.map((statistic) => exactly(window, statistic));
  },
  evaluate: ({ k }, { planned }) => {
    const [means, second, third] = planned as [TimeSeries[], TimeSeries[], TimeSeries[]?];
    return means.flatMap((mean, i) => {
      // A series that came between the two looks has no band yet.
      if (second[i] === undefined || (k === undefined && third?.[i] === undefined)) return [];
      const suffix = k === undefined ? "" : `,${formatGeneral(k)}`;
      const named = (series: TimeSeries, edge: string, consolidation: string): TimeSeries =>
        renamed(
          series,
          `bucketBand${edge}(${mean.name}${suffix})`,
          { consolidation },
          { bucketBand: edge === "" ? "mean" : edge.toLowerCase() },
        );
      if (k === undefined) {
        return [
          named(mean, "", "average"),
          named(second[i]!, "Lower", "min"),
          named(third![i]!, "Upper", "max"),
        ];
      }
      const shifted = (factor: number): TimeSeries => ({
        ...mean,
        values: mean.values.map((value, at) => value + factor * second[i]!.values[at]!),
      });
      return [
        named(mean, "", "average"),
        named(shifted(-k), "Lower", "average"),
        named(shifted(k), "Upper", "average"),
      ];
    });
  },
});
