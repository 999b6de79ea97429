import { parseInterval } from "../../model/interval.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { valueAt } from "../../model/values.ts";
import { defineFunction, type FunctionContext, type Window } from "../define.ts";
import { asArea } from "../graph/area-between.ts";
import { joinedPaths } from "../nodes.ts";
import { integerOrFraction, interval, seriesList, suggesting, withDefault } from "../params.ts";
import { partners } from "../partners.ts";
import { holtWintersOf } from "./holt-winters-analysis.ts";
import { earlier, preludeOf } from "./prelude.ts";

const learning = {
  bootstrapInterval: suggesting(withDefault(interval, "7d"), "7d", "30d"),
  seasonality: suggesting(withDefault(interval, "1d"), "1d", "7d"),
};
const params = { seriesList, delta: withDefault(integerOrFraction, 3), ...learning };

const FORECAST_TAGS = { holtWintersForecast: "1", holtWintersDeviation: "1" };
const BAND_TAGS = {
  ...FORECAST_TAGS,
  holtWintersConfidenceLower: "1",
  holtWintersConfidenceUpper: "1",
};

interface Learning {
  bootstrapInterval: string;
  seasonality: string;
}

export const holtWintersForecast = defineFunction({
  name: "holtWintersForecast",
  group: "Calculate",
  doc: "What the series should be by its level, slope and season (Holt-Winters), learnt from the data of bootstrapInterval before the graph.",
  params: { seriesList, ...learning },
  plan: learningWindow,
  evaluate: (args, context) =>
    analyse(args, context).map(({ name, series, start, predictions }) =>
      renamed(
        series,
        `holtWintersForecast(${name})`,
        { start, values: predictions },
        FORECAST_TAGS,
      ),
    ),
});

export const holtWintersConfidenceBands = defineFunction({
  name: "holtWintersConfidenceBands",
  group: "Calculate",
  doc: "The Holt-Winters forecast less and plus delta times its usual error: a lower and an upper series.",
  params,
  plan: learningWindow,
  evaluate: (args, context) => analyse(args, context).flatMap((one) => bandsOf(one, args.delta)),
});

export const holtWintersConfidenceArea = defineFunction({
  name: "holtWintersConfidenceArea",
  group: "Calculate",
  doc: "The area between the Holt-Winters confidence bands of one series.",
  params,
  plan: learningWindow,
  evaluate: (args, context) => {
    const bands = analyse(args, context).flatMap((one) => bandsOf(one, args.delta));
    if (bands.length === 0) return [];
    const tag = "holtWintersConfidenceArea";
    const name = `${tag}(${joinedPaths(bands)})`;
    return asArea(bands, name, tag).map((series) => ({ ...series, pathExpression: name }));
  },
});

export const holtWintersAberration = defineFunction({
  name: "holtWintersAberration",
  group: "Calculate",
  doc: "How far the series is outside of its Holt-Winters confidence bands; 0 within.",
  params,
  plan: learningWindow,
  evaluate: (args, context) => {
    const analyses = partners(args.seriesList, analyse(args, context));
    return args.seriesList.map((series, i) => {
      const analysis = analyses[i];
      const bands = analysis === undefined ? [] : bandsOf(analysis, args.delta);
      const [lower, upper] = bands.map(({ values }) => values);
      return renamed(
        series,
        `holtWintersAberration(${series.name})`,
        { values: series.values.map((value, j) => distance(value, j, lower, upper)) },
        { holtWintersAberration: "1" },
      );
    });
  },
});

function learningWindow({ bootstrapInterval }: Learning, window: Window): Window[] {
  return [earlier(window, Math.abs(parseInterval(bootstrapInterval)))];
}

interface Analysis {
  name: string;
  series: TimeSeries;
  /** Of the graph: what was only learnt from is cut off. */
  start: number;
  predictions: Float64Array;
  deviations: Float64Array;
}

function analyse(
  { bootstrapInterval, seasonality }: Learning,
  { planned, window }: FunctionContext,
): Analysis[] {
  const bootstrap = Math.abs(parseInterval(bootstrapInterval));
  const seasonSeconds = Math.abs(parseInterval(seasonality));
  return (planned[0] ?? []).map((series) => {
    const season = Math.max(2, Math.floor(seasonSeconds / series.step));
    const { predictions, deviations } = holtWintersOf(series.values, season);
    const { skipped, start } = preludeOf(series, window, bootstrap);
    return {
      name: series.name,
      series,
      start,
      predictions: predictions.subarray(skipped),
      deviations: deviations.subarray(skipped),
    };
  });
}

/** The lower and the upper one. Aggregates of them are named after the series that they belong to. */
function bandsOf(
  { name, series, start, predictions, deviations }: Analysis,
  delta: number,
): [lower: TimeSeries, upper: TimeSeries] {
  const band = (side: string, sign: number): TimeSeries => ({
    ...series,
    name: `holtWintersConfidence${side}(${name})`,
    start,
    values: predictions.map((value, i) => value + sign * delta * deviations[i]!),
    tags: { ...series.tags, ...BAND_TAGS },
  });
  return [band("Lower", -1), band("Upper", 1)];
}

function distance(
  value: number,
  i: number,
  lower: Float64Array = new Float64Array(),
  upper: Float64Array = new Float64Array(),
): number {
  const least = valueAt(lower, i);
  const most = valueAt(upper, i);
  if (value > most) return value - most;
  return value < least ? value - least : 0;
}
