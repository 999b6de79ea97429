import { GraphiteError } from "../../model/errors.ts";
import type { FoundNode, SeriesFacts, SeriesSource, StoredBuckets } from "../series-source.ts";
import { type Grid, gridFor } from "./grid.ts";
import { trailingBuckets } from "./trailing.ts";

/** The range that is asked for. */
export interface Range {
  start: number;
  /** Not before start. */
  end: number;
  /** The present, seconds: what retention counts from. */
  now: number;
  /** 0: any number. */
  maxSamples: number;
  /** What a trailing level would hold, and not what was received. */
  isTrailing: boolean;
}

/** An answer for one counter: bucket i begins at start + i * step; a count of 0 is none. */
export interface CounterBuckets extends Grid {
  buckets: StoredBuckets;
}

/** Step of an answer where there is no level that could say one. */
const FALLBACK_STEP = 10;
/** Datapoints may lie this far ahead. */
const AHEAD_SECONDS = 86_400;

/**
 * Reads a counter over a range: from the finest level that reaches back to its start, in buckets
 * that are the exact merge of what they span. Event counters have a bucket for every slot, of
 * zeros where nothing happened.
 *
 * @param maxBuckets bounds the answer
 * @throws GraphiteError ERR_LIMIT_DATAPOINTS
 */
export function readCounter(
  leaf: FoundNode,
  range: Range,
  source: SeriesSource,
  maxBuckets: number,
): CounterBuckets {
  const { now } = range;
  const facts = source.factsOf(leaf);
  if (range.isTrailing) return readTrailing(leaf, facts, range, source, maxBuckets);
  const { step } = levelFor(facts, range.start, now);
  const grid = gridFor(range.start, range.end, step, range.maxSamples);
  const wanted = facts.mode === "event" ? grid : withData(grid, facts, now);
  checkSize(wanted, maxBuckets);
  const buckets = source.buckets(leaf, { ...wanted, age: now - range.start });
  if (facts.mode === "event") fillIdle(buckets, wanted, facts);
  return shifted(buckets, wanted, grid);
}

function readTrailing(
  leaf: FoundNode,
  facts: SeriesFacts,
  range: Range,
  source: SeriesSource,
  maxBuckets: number,
): CounterBuckets {
  const { now } = range;
  const { trailing } = facts;
  const level = trailing.find(({ season }) => season >= now - range.start);
  if (level === undefined) {
    const step = trailing.at(-1)?.step ?? FALLBACK_STEP;
    const grid = gridFor(range.start, range.end, step, range.maxSamples);
    return { ...grid, buckets: source.buckets(leaf, { ...grid, end: grid.start, age: 0 }) };
  }
  const grid = gridFor(range.start, range.end, level.step, range.maxSamples);
  const wanted = withData(grid, facts, now);
  checkSize({ ...wanted, step: level.step }, maxBuckets);
  const retention = Math.max(...facts.tiers.map((tier) => tier.retention));
  const seasons = Math.floor(Math.max(0, retention - (now - wanted.start)) / level.season);
  const buckets = trailingBuckets(leaf, level, wanted, now, seasons, source, maxBuckets);
  return shifted(buckets, wanted, grid);
}

/** The finest plain level that reaches back to a time, else the one that reaches back furthest. */
function levelFor({ tiers }: SeriesFacts, start: number, now: number): { step: number } {
  const longest = tiers.reduce((a, b) => (b.retention > a.retention ? b : a));
  return tiers.find(({ retention }) => retention >= now - start) ?? longest;
}

/** The part of a grid that may hold something: a range from 0 on costs no more than what there is. */
function withData(grid: Grid, { tiers }: SeriesFacts, now: number): Grid {
  const oldest = now - Math.max(...tiers.map(({ retention }) => retention));
  const { start, end, step } = grid;
  const skipped = Math.max(0, Math.floor((oldest - start) / step));
  const from = Math.min(end, start + skipped * step);
  const newest = start + Math.ceil((now + AHEAD_SECONDS - start) / step) * step;
  return { start: from, end: Math.max(from, Math.min(end, newest)), step };
}

/** @throws GraphiteError ERR_LIMIT_DATAPOINTS */
function checkSize({ start, end, step }: Grid, maxBuckets: number): void {
  const slots = Math.round((end - start) / step);
  if (slots <= maxBuckets) return;
  const message = `the range has ${slots} buckets, more than are allowed: ask for a shorter one, or for fewer samples`;
  throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
}

/** Slots of an event counter in which nothing happened count as zeros. */
function fillIdle(buckets: StoredBuckets, { step }: Grid, { tiers }: SeriesFacts): void {
  const { count, sum, min, max, m2 } = buckets;
  const slots = Math.max(1, Math.round(step / tiers[0]!.step));
  for (let i = 0; i < count.length; i++) {
    const known = count[i]!;
    if (known >= slots) continue;
    if (known === 0) {
      sum[i] = 0;
      min[i] = 0;
      max[i] = 0;
      m2[i] = 0;
    } else {
      const mean = sum[i]! / known;
      m2[i] = m2[i]! + (mean * mean * known * (slots - known)) / slots;
      min[i] = Math.min(0, min[i]!);
      max[i] = Math.max(0, max[i]!);
    }
    count[i] = slots;
  }
}

/** Says where the buckets that were read lie, and which range they stand for. */
function shifted(buckets: StoredBuckets, read: Grid, whole: Grid): CounterBuckets {
  return { ...whole, buckets: { ...buckets, first: (read.start - whole.start) / whole.step } };
}
