import { GRAPHITE_METHODS, type GraphiteMethod } from "../../model/aggregation.ts";
import { GraphiteError } from "../../model/errors.ts";
import { resolveRange } from "../../model/time-expression.ts";
import { knownTimeZone } from "../../model/time-zone.ts";
import { deadline } from "../../render/evaluate-targets.ts";
import { NumberWriter } from "../../render/formats/number-writer.ts";
import type { RenderLimits } from "../../render/render.ts";
import type { FoundNode, SeriesFacts } from "../../render/series-source.ts";
import type { BucketColumn, BucketsRequest } from "../../render/ui/ui-job.ts";
import { findLeaves } from "../leaves-job.ts";
import { type BucketZoom, zoomOf } from "./bucket-zoom.ts";
import type { KeptBuckets, UiSource } from "./ui-source.ts";

/** A page with more of them is of no use to anybody. */
const MAX_SERIES = 1000;
const MAX_BUCKETS = 5_000_000;
const BYTES_PER_NUMBER = 12;

/** What is known of the buckets of a series: everything, or of some only what was imported. */
type Known = "all" | GraphiteMethod;

/**
 * The buckets of series over a range, column by column, straight from the tier that the zoom asks
 * for: nothing is consolidated twice. A gap is null in all columns but `count`, where it is 0; so is
 * what is not known of an imported bucket.
 *
 * @throws GraphiteError ERR_LIMIT_SERIES, ERR_LIMIT_DATAPOINTS, ERR_TIME and what is wrong with targets
 */
export async function bucketsJson(
  request: BucketsRequest,
  source: UiSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<Uint8Array> {
  const zone = (request.tz === undefined ? null : knownTimeZone(request.tz)) ?? timeZone;
  const now = Math.floor(Date.now() / 1000);
  const range = resolveRange(request.from, request.until, now, zone);
  const asked = await seriesOf(request.targets, source);
  const series = asked.map((one) => {
    const facts = source.factsOf(one.leaf);
    return { ...one, facts, zoom: zoomOf(facts.tiers, range, now, request.maxDataPoints) };
  });
  checkSize(series.map(({ zoom }) => zoom));

  const checkTime = deadline(limits.seconds);
  const numbers = series.reduce((sum, { zoom }) => sum + slotsOf(zoom), 0) * request.columns.length;
  const out = new NumberWriter(numbers * BYTES_PER_NUMBER + series.length * 512);
  out.text(`{"from":${range.from},"until":${range.until},"series":[`);
  series.forEach((one, i) => {
    checkTime();
    if (i > 0) out.text(",");
    write(one, source, now - range.from, request.columns, out);
  });
  out.text("]}");
  return out.finish();
}

interface AskedSeries {
  target: string;
  leaf: FoundNode;
}

async function seriesOf(targets: readonly string[], source: UiSource): Promise<AskedSeries[]> {
  const asked: AskedSeries[] = [];
  for (const target of targets) {
    const { paths, series } = await findLeaves([target], false, source);
    if (asked.length + paths.length > MAX_SERIES) {
      const message = `the targets stand for more than ${MAX_SERIES} series: ask for less`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    paths.forEach((path, i) => {
      asked.push({ target, leaf: { path, isLeaf: true, series: series[i]! } });
    });
  }
  return asked;
}

/** @throws GraphiteError ERR_LIMIT_DATAPOINTS */
function checkSize(zooms: readonly BucketZoom[]): void {
  const buckets = zooms.reduce((sum, zoom) => sum + slotsOf(zoom), 0);
  if (buckets <= MAX_BUCKETS) return;
  const message = `the series have ${buckets} buckets, more than ${MAX_BUCKETS}: ask for fewer series, a shorter range or less maxDataPoints`;
  throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
}

function slotsOf({ start, end, step }: BucketZoom): number {
  return Math.round((end - start) / step);
}

function write(
  { target, leaf, facts, zoom }: AskedSeries & { facts: SeriesFacts; zoom: BucketZoom },
  source: UiSource,
  age: number,
  wanted: readonly BucketColumn[],
  out: NumberWriter,
): void {
  const { start, end, step, tier } = zoom;
  const buckets = source.buckets(leaf, { start, end, step, age });
  if (facts.mode === "event") addIdleSlots(buckets, step / facts.tiers[0]!.step);
  const known = knownOf(buckets);
  const head = { name: leaf.path, target, start, step, tier, known };
  out.text(`${JSON.stringify(head).slice(0, -1)},"columns":{`);
  wanted.forEach((column, i) => {
    if (i > 0) out.text(",");
    out.text(`"${column}":[`);
    const value = VALUES[column];
    for (let slot = 0; slot < buckets.count.length; slot++) {
      if (slot > 0) out.text(",");
      out.number(value(buckets, slot));
    }
    out.text("]");
  });
  out.text("}}");
}

/** Slots of an event counter in which nothing happened are samples of 0, where something did beside them. */
function addIdleSlots(buckets: KeptBuckets, slots: number): void {
  const { count, sum, min, max, m2 } = buckets;
  for (let i = 0; i < count.length; i++) {
    const known = count[i]!;
    if (known === 0 || known >= slots) continue;
    const mean = sum[i]! / known;
    m2[i] = m2[i]! + (mean * mean * known * (slots - known)) / slots;
    min[i] = Math.min(0, min[i]!);
    max[i] = Math.max(0, max[i]!);
    count[i] = slots;
  }
}

function knownOf({ count, only }: KeptBuckets): Known {
  const statistic = only.find((one, i) => one !== 0 && count[i] !== 0);
  return statistic === undefined ? "all" : GRAPHITE_METHODS[statistic - 1]!;
}

type ValueOf = (buckets: KeptBuckets, slot: number) => number;

/** NaN is a gap. Where one statistic is all that is known, it is what `last` holds. */
const VALUES: Record<BucketColumn, ValueOf> = {
  mean: unlessOnly("average", ({ sum, count }, i) => sum[i]! / count[i]!),
  min: unlessOnly("min", ({ min }, i) => min[i]!),
  max: unlessOnly("max", ({ max }, i) => max[i]!),
  stddev: unlessOnly(null, ({ m2, count }, i) => Math.sqrt(m2[i]! / count[i]!)),
  count: ({ count, only }, i) => (only[i] === 0 ? count[i]! : count[i] === 0 ? 0 : Number.NaN),
  last: unlessOnly("last", ({ last }, i) => last[i]!),
};

function unlessOnly(statistic: GraphiteMethod | null, value: ValueOf): ValueOf {
  const number = statistic === null ? -1 : GRAPHITE_METHODS.indexOf(statistic) + 1;
  return (buckets, slot) => {
    if (buckets.count[slot] === 0) return Number.NaN;
    const only = buckets.only[slot]!;
    if (only === 0) return value(buckets, slot);
    return only === number ? buckets.last[slot]! : Number.NaN;
  };
}
