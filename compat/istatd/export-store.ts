import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mungeIstatName } from "../../src/model/istat-name.ts";
import { spanText } from "../../src/model/time-text.ts";
import type { Bucket } from "../../src/storage/bucket.ts";
import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";
import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import { bucketsOf } from "../../src/storage/inspect/series-buckets.ts";
import { EVENT, type Plan } from "../../src/storage/plan.ts";
import {
  type ExportEvents,
  type Exported,
  type ExportSummary,
  exportAll,
} from "../export/export-all.ts";
import { fileNodes } from "../export/file-nodes.ts";
import { AGGREGATE, COLLATED } from "./format.ts";
import type { IstatdSamples } from "./update-file.ts";
import { fileBytes, type IstatdContents, writeIstatdFile } from "./write-file.ts";

export interface ExportRange {
  /** The moment from which retention counts, seconds. */
  now: number;
  /** Only buckets that start in [from, until) are written, seconds. */
  from: number;
  until: number;
}

/** An interval is an i32. */
const MAX_INTERVAL = 2 ** 31 - 1;
/** Largest file that is written: istatd would have to have it on disk in full. */
const MAX_FILE_BYTES = 2 ** 36;

/**
 * Writes series as StatFiles of version 8 below a folder, one at a time, a file for each tier. What
 * istatd cannot hold is named and left out.
 *
 * @throws Error when the folder cannot be written to
 */
export function exportStore(
  store: OfflineStore,
  list: readonly NamedSeries[],
  folder: string,
  range: ExportRange,
  events: ExportEvents,
): ExportSummary {
  const seen = new Set<string>();
  return exportAll(list, events, ({ path: name, series }) => {
    // istatd asks for the name that it makes of any spelling.
    const counter = mungeIstatName(name);
    const found = fileNodes(counter, ".tmp".length);
    if ("problem" in found) return found;
    const problem = nameProblem(name, found.nodes) ?? (seen.has(counter) ? TWICE : null);
    if (problem !== null) return { problem };
    seen.add(counter);
    return exportSeries(store, series, join(folder, ...found.nodes), range);
  });
}

const TWICE = "istatd has the same name for another series";

function nameProblem(name: string, nodes: readonly string[]): string | null {
  if (name.includes("\0")) return "its name has a NUL";
  if (name.split(".").some((node) => node === "")) return "its name has an empty node";
  const hidden = nodes.find((node) => node.startsWith("."));
  return hidden === undefined ? null : `istatd passes over folders like "${hidden}"`;
}

function exportSeries(
  store: OfflineStore,
  series: number,
  folder: string,
  range: ExportRange,
): Exported {
  const plan = store.reader.planOf(series);
  let points = 0;
  let files = 0;
  for (const [tier, { step, retention, lambda }] of plan.tiers.entries()) {
    if (lambda !== 0) continue;
    if (!Number.isInteger(step) || step > MAX_INTERVAL) {
      return { problem: `istatd has no intervals of ${step} s` };
    }
    const contents = contentsOf(plan, tier);
    if (fileBytes(contents) > MAX_FILE_BYTES) {
      return { problem: `the file of its ${step} s would be larger than ${MAX_FILE_BYTES} bytes` };
    }
    const oldest = (Math.floor(range.now / step) - Math.floor(retention / step) + 1) * step;
    const from = Math.max(range.from, oldest);
    const until = Math.min(range.until, (Math.floor(range.now / step) + 1) * step);
    mkdirSync(folder, { recursive: true });
    const samples = samplesOf(store, series, plan, tier, from, until);
    const written = writeIstatdFile(join(folder, spanText(step)), contents, samples);
    points += written;
    if (written > 0) files++;
  }
  return { files, points };
}

function contentsOf({ mode, tiers }: Plan, tier: number): IstatdContents {
  const { step, retention } = tiers[tier]!;
  const isEvent = mode === EVENT;
  const fixedCount = isEvent && tier > 0 ? Math.max(1, Math.floor(step / tiers[0]!.step)) : 0;
  const flags = !isEvent ? 0 : tier === 0 ? COLLATED : AGGREGATE;
  return { interval: step, buckets: Math.floor(retention / step), flags, fixedCount };
}

/** Buckets of a tier; those that an earlier plan kept in finer steps are merged. */
export function* samplesOf(
  store: OfflineStore,
  series: number,
  { mode, tiers }: Plan,
  tier: number,
  from: number,
  until: number,
): Generator<IstatdSamples> {
  const { step } = tiers[tier]!;
  const all = Math.max(1, Math.floor(step / tiers[0]!.step));
  let pending = null as IstatdSamples | null;
  for (const bucket of bucketsOf(store, series, tier, from, until)) {
    const samples = samplesIn(bucket);
    samples.time = Math.floor(bucket.time / step) * step;
    if (mode === EVENT && tier === 0 && samples.sum === 0) samples.count = 0;
    if (mode === EVENT && tier > 0) {
      if (bucket.count < all) {
        // Nothing happened in the others.
        samples.min = Math.min(0, samples.min);
        samples.max = Math.max(0, samples.max);
      }
      samples.count = all;
    }
    if (pending !== null && pending.time === samples.time) {
      merge(samples, pending);
      continue;
    }
    if (pending !== null) yield pending;
    pending = samples;
  }
  if (pending !== null) yield pending;
}

function merge(samples: IstatdSamples, into: IstatdSamples): void {
  into.sum += samples.sum;
  into.sumSq += samples.sumSq;
  into.min = Math.min(into.min, samples.min);
  into.max = Math.max(into.max, samples.max);
  into.count += samples.count;
}

/** A bucket of which one statistic is known is shown as a sample of that value. */
function samplesIn(bucket: Bucket & { time: number }): IstatdSamples {
  const { time, count, sum, min, max, last, m2 } = bucket;
  if (Number.isNaN(sum) || Number.isNaN(min)) {
    return { time, sum: last, min: last, max: last, count: 1, sumSq: last * last };
  }
  const sumSq = count === 1 ? sum * sum : m2 + (sum * sum) / count;
  // Of infinite samples there are squares, but no deviations.
  return {
    time,
    sum,
    min,
    max,
    count,
    sumSq: Number.isNaN(sumSq) ? Number.POSITIVE_INFINITY : sumSq,
  };
}
