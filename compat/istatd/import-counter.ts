import type { ImportBatch, ImportStretch } from "../../src/storage/import/import-batch.ts";
import type {
  ImportTarget,
  PlacedEpoch,
  PlacedSeries,
} from "../../src/storage/import/import-target.ts";
import { EVENT, GAUGE, type Mode } from "../../src/storage/plan.ts";
import { BlockColumns } from "../../src/storage/statfile/block.ts";
import { ForeignFileError } from "../foreign-file.ts";
import type { ImportedPoints, ImportRange } from "../import/source-tree.ts";
import { type Level, sourcesOf } from "../import/sources.ts";
import { tierPieces } from "../import/tier-pieces.ts";
import { BaseSlots } from "./base-slots.ts";
import { GatheredBuckets } from "./gathered-buckets.ts";
import type { IstatdFile } from "./istatd-file.ts";

/** Puts into `batch` what a counter has and an import has not brought before. */
export function importCounter(
  files: readonly IstatdFile[],
  isEvent: boolean,
  placed: PlacedSeries,
  range: ImportRange,
  target: ImportTarget,
  batch: ImportBatch,
): ImportedPoints {
  const { series } = placed;
  const imported = { points: 0, written: 0 };
  eachStretch(files, isEvent, placed, range, (filled) => {
    imported.points += filled.points;
    if (isKnown(target, series, filled)) return;
    imported.written += filled.points;
    const { stretch, columns, values } = filled;
    if (values === null) batch.addColumns(series, stretch, columns);
    else batch.addValues(series, stretch, values);
  });
  return imported;
}

/** How many of a counter's buckets the store does not have as the files have them. */
export function missingBuckets(
  files: readonly IstatdFile[],
  isEvent: boolean,
  placed: PlacedSeries,
  range: ImportRange,
  target: ImportTarget,
): { points: number; missing: number } {
  const found = { points: 0, missing: 0 };
  eachStretch(files, isEvent, placed, range, (filled) => {
    found.points += filled.points;
    if (!isKnown(target, placed.series, filled)) found.missing += filled.points;
  });
  return found;
}

/** A stretch of a tier in which some slot is known. */
interface FilledStretch {
  stretch: ImportStretch;
  columns: BlockColumns;
  /** Where it was guessed of how many slots a bucket is made. */
  guessed: Uint8Array;
  /** Of the finest tier, where a slot is one number: NaN for none. */
  values: Float64Array | null;
  points: number;
}

function isKnown(target: ImportTarget, series: number, filled: FilledStretch): boolean {
  const { stretch, columns, guessed, values } = filled;
  if (values === null) return target.keepKnownColumns(series, stretch, columns, guessed);
  const none = new Uint8Array(values.length);
  return target.keepKnown(series, stretch, "last", values, values, none);
}

/** Seconds by which a file may be ahead of the clock, and its buckets are taken all the same. */
const AHEAD_SECONDS = 3600;

let columns = new BlockColumns(1 << 12);
let guessed = new Uint8Array(1 << 12);
const gathered = new GatheredBuckets();

/** @throws ForeignFileError when the series is of another kind than the counter */
function eachStretch(
  files: readonly IstatdFile[],
  isEvent: boolean,
  { epochs }: PlacedSeries,
  range: ImportRange,
  take: (filled: FilledStretch) => void,
): void {
  for (const epoch of epochs) {
    const problem = kindProblem(epoch.plan.mode, isEvent);
    if (problem !== null) throw new ForeignFileError(problem);
  }
  for (const epoch of epochs) {
    epoch.plan.tiers.forEach(({ lambda }, tier) => {
      if (lambda === 0) eachStretchOfTier(files, epoch, tier, range, take);
    });
  }
}

function eachStretchOfTier(
  files: readonly IstatdFile[],
  epoch: PlacedEpoch,
  tier: number,
  range: ImportRange,
  take: (filled: FilledStretch) => void,
): void {
  const { tiers, mode } = epoch.plan;
  const { step } = tiers[tier]!;
  const baseStep = tiers[0]!.step;
  const levels = files.map((file) => levelOf(file, range.now));
  const sources = sourcesOf(tiers, tier, levels);
  const base = new BaseSlots(files[0]!, baseStep);
  for (const { stretch, begin, end } of tierPieces(epoch, tier, sources, range)) {
    const { firstSlot, slots } = stretch;
    if (columns.length < slots) {
      columns = new BlockColumns(slots);
      guessed = new Uint8Array(slots);
    }
    gathered.begin(step, firstSlot, slots, mode === EVENT ? baseStep : null);
    for (const source of sources) {
      const from = Math.max(begin, Math.ceil(source.from / step));
      const until = Math.min(end, Math.ceil(source.until / step));
      if (from < until) gathered.add(files[source.level]!, from, until);
    }
    if (gathered.points === 0) continue;
    const { points } = gathered;
    const ofOne = guessed.subarray(0, slots).fill(0);
    if (tier === 0 && mode !== GAUGE) {
      take({ stretch, columns, guessed: ofOne, values: gathered.values(mode), points });
      continue;
    }
    const known = tier === 0 ? null : base.count(stretch, step);
    gathered.fill(columns, known, ofOne, mode, Math.max(1, Math.round(step / baseStep)));
    take({ stretch, columns, guessed: ofOne, values: null, points });
  }
}

/** From the first bucket on that was ever written. */
function levelOf(file: IstatdFile, now: number): Level {
  return {
    step: file.header.interval,
    from: Math.max(0, file.oldest),
    until: Math.min(file.reach[1], now + AHEAD_SECONDS),
  };
}

function kindProblem(mode: Mode, isEvent: boolean): string | null {
  if (mode === EVENT && !isEvent) return "it is a gauge, and the series an event counter";
  if (mode === GAUGE && isEvent) return "it is an event counter, and the series a gauge";
  return null;
}
