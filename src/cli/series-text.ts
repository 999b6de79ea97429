import { isoTime, spanText } from "../model/time-text.ts";
import type { Bucket } from "../storage/bucket.ts";
import type { NamedSeries } from "../storage/inspect/find-series.ts";
import type { OfflineStore } from "../storage/inspect/offline-store.ts";
import { bucketsOf, type Epoch, epochsOf } from "../storage/inspect/series-buckets.ts";
import { numberText, planText } from "./describe-text.ts";
import { jsonText } from "./output.ts";

export type SeriesFormat = "text" | "csv" | "json";

/** What to print of the series: a tier, and the buckets that start in [from, until), seconds. */
export interface SeriesRange {
  tier: number;
  from: number;
  until: number;
}

const COLUMNS = ["count", "slots", "sum", "min", "max", "last", "stddev"] as const;
const TIME_WIDTH = 20;
const COLUMN_WIDTH = 12;

/** Series and their buckets as text, piece by piece: there may be very many. */
export function* seriesTexts(
  store: OfflineStore,
  list: readonly NamedSeries[],
  range: SeriesRange,
  format: SeriesFormat,
): Generator<string> {
  if (format === "csv") yield `series,time,${COLUMNS.join(",")}\n`;
  if (format === "json") yield "[";
  for (const [i, one] of list.entries()) {
    if (format === "json") yield* jsonSeries(store, one, range, i === 0 ? "\n" : ",\n");
    else if (format === "csv") yield* csvSeries(store, one, range);
    else yield* textSeries(store, one, range, i > 0);
  }
  if (format === "json") yield "\n]\n";
}

function* textSeries(
  store: OfflineStore,
  { path, series }: NamedSeries,
  { tier, from, until }: SeriesRange,
  isFurther: boolean,
): Generator<string> {
  const epochs = epochsOf(store, series);
  if (isFurther) yield "\n";
  yield `${path}\nnumber ${series}\n`;
  for (const epoch of epochs) {
    const since =
      epoch.from === Number.NEGATIVE_INFINITY ? "at first" : `from ${isoTime(epoch.from)}`;
    const learned = epoch.isLearned ? ", learned from the datapoints before" : "";
    yield `${since}: plan ${epoch.planNumber}, ${planText(epoch.plan)}${learned}\n`;
  }
  yield `tier ${tier}: ${stepsText(epochs, tier)}\n`;
  yield `${["time".padEnd(TIME_WIDTH), ...COLUMNS.map(padded)].join(" ")}\n`;
  for (const bucket of bucketsOf(store, series, tier, from, until)) {
    const cells = numbersOf(bucket).map((number) => padded(numberText(number)));
    yield `${[isoTime(bucket.time).padEnd(TIME_WIDTH), ...cells].join(" ")}\n`;
  }
}

function* csvSeries(
  store: OfflineStore,
  { path, series }: NamedSeries,
  { tier, from, until }: SeriesRange,
): Generator<string> {
  const name = /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
  for (const bucket of bucketsOf(store, series, tier, from, until)) {
    yield `${[name, bucket.time, ...numbersOf(bucket).map(numberText)].join(",")}\n`;
  }
}

function* jsonSeries(
  store: OfflineStore,
  { path, series }: NamedSeries,
  { tier, from, until }: SeriesRange,
  before: string,
): Generator<string> {
  const epochs = epochsOf(store, series).map(({ from: since, planNumber, plan, isLearned }) => ({
    from: since === Number.NEGATIVE_INFINITY ? null : since,
    plan: planNumber,
    isLearned,
    ...plan,
  }));
  const head = jsonText({ series: path, number: series, epochs, tier });
  yield `${before}${head.slice(0, -1)},"buckets":[`;
  let separator = "\n";
  for (const bucket of bucketsOf(store, series, tier, from, until)) {
    const numbers = numbersOf(bucket);
    const fields = Object.fromEntries(COLUMNS.map((column, i) => [column, numbers[i]]));
    yield separator + jsonText({ time: bucket.time, ...fields });
    separator = ",\n";
  }
  yield "]}";
}

/** In the order of COLUMNS; the deviation is that of all samples, not of a part of them. */
function numbersOf({ count, slots, sum, min, max, last, m2 }: Bucket): number[] {
  return [count, slots, sum, min, max, last, Math.sqrt(m2 / count)];
}

function stepsText(epochs: readonly Epoch[], tier: number): string {
  const steps = epochs.flatMap(({ plan }) => plan.tiers[tier]?.step ?? []);
  return [...new Set(steps)].map(spanText).join(", then ");
}

function padded(text: string): string {
  return text.padStart(COLUMN_WIDTH);
}
