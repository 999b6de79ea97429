import type { ImportBatch, ImportStretch } from "../../src/storage/import/import-batch.ts";
import type {
  ImportTarget,
  PlacedEpoch,
  PlacedSeries,
} from "../../src/storage/import/import-target.ts";
import type { ImportedPoints, ImportRange } from "../import/source-tree.ts";
import { type Level, type Source, sourcesOf } from "../import/sources.ts";
import { tierPieces } from "../import/tier-pieces.ts";
import { combineKnown } from "./combine-known.ts";
import { KnownSlots } from "./known-slots.ts";
import { reachOf } from "./reach.ts";
import type { WhisperFile } from "./whisper-file.ts";

/** Does something with a stretch of a tier in which some slot is known. */
export type TakeStretch = (
  stretch: ImportStretch,
  values: Float64Array,
  knownSlots: Float64Array,
  standsIn: Uint8Array,
  points: number,
) => void;

/** Puts into `batch` what a file has and an import has not brought before. */
export function importFile(
  file: WhisperFile,
  placed: PlacedSeries,
  range: ImportRange,
  target: ImportTarget,
  batch: ImportBatch,
): ImportedPoints {
  const { series } = placed;
  const { method } = file.header;
  const imported = { points: 0, written: 0 };
  eachStretch(file, placed, range, (stretch, values, knownSlots, standsIn, points) => {
    imported.points += points;
    if (target.keepKnown(series, stretch, method, values, knownSlots, standsIn)) return;
    imported.written += points;
    if (stretch.tier === 0) batch.addValues(series, stretch, values);
    else batch.addBuckets(series, stretch, method, values, knownSlots);
  });
  return imported;
}

/** How many of a file's points the store does not have as the file has them. */
export function missingPoints(
  file: WhisperFile,
  placed: PlacedSeries,
  range: ImportRange,
  target: ImportTarget,
): { points: number; missing: number } {
  const found = { points: 0, missing: 0 };
  eachStretch(file, placed, range, (stretch, values, knownSlots, standsIn, points) => {
    found.points += points;
    const { method } = file.header;
    if (!target.keepKnown(placed.series, stretch, method, values, knownSlots, standsIn))
      found.missing += points;
  });
  return found;
}

let values = new Float64Array(1 << 12);
let knownSlots = new Float64Array(1 << 12);
let standsIn = new Uint8Array(1 << 12);
let finer = new Float64Array(1 << 12);

function eachStretch(
  file: WhisperFile,
  { epochs }: PlacedSeries,
  range: ImportRange,
  take: TakeStretch,
): void {
  for (const epoch of epochs) {
    epoch.plan.tiers.forEach(({ lambda }, tier) => {
      if (lambda === 0) eachStretchOfTier(file, epoch, tier, range, take);
    });
  }
}

function eachStretchOfTier(
  file: WhisperFile,
  epoch: PlacedEpoch,
  tier: number,
  range: ImportRange,
  take: TakeStretch,
): void {
  const { tiers } = epoch.plan;
  const { step } = tiers[tier]!;
  const sources = sourcesOf(tiers, tier, levelsOf(file, range.now));
  const known = new KnownSlots(file, tiers[0]!.step, range.now);
  for (const { stretch, begin, end } of tierPieces(epoch, tier, sources, range)) {
    const { firstSlot, slots } = stretch;
    if (values.length < slots) {
      values = new Float64Array(slots);
      knownSlots = new Float64Array(slots);
      standsIn = new Uint8Array(slots);
    }
    const own = values.subarray(0, slots).fill(Number.NaN);
    const substitutes = standsIn.subarray(0, slots).fill(0);
    for (const source of sources) {
      fill(file, source, step, own, firstSlot, begin, end);
      // Where a finer archive was yesterday, its values are the better ones.
      if (source.kind === "placed" && source.level > 0) {
        substitutes.fill(
          1,
          slotIn(stretch, step, source.from),
          slotIn(stretch, step, source.until),
        );
      }
    }
    let points = 0;
    for (let i = 0; i < slots; i++) if (!Number.isNaN(own[i]!)) points++;
    if (points === 0) continue;
    const counts = knownSlots.subarray(0, slots);
    if (tier > 0) known.count(sources, step, own, firstSlot, counts);
    take(stretch, own, counts, substitutes, points);
  }
}

function levelsOf(file: WhisperFile, now: number): Level[] {
  return file.header.archives.map((archive) => {
    const [from, until] = reachOf(archive, now);
    return { step: archive.step, from, until };
  });
}

/** The slot of a stretch that begins at `time`, or the nearest one that it has. */
function slotIn({ firstSlot, slots }: ImportStretch, step: number, time: number): number {
  return Math.min(slots, Math.max(0, Math.ceil(time / step) - firstSlot));
}

/** Fills what a source gives of slots [begin, end); into[0] is slot `firstSlot`. */
function fill(
  file: WhisperFile,
  { level: archive, kind, from, until }: Source,
  step: number,
  into: Float64Array,
  firstSlot: number,
  begin: number,
  end: number,
): void {
  const first = Math.max(begin, Math.ceil(from / step));
  const last = Math.min(end, Math.ceil(until / step));
  if (first >= last) return;
  if (kind === "equal") {
    file.read(archive, first, into.subarray(first - firstSlot, last - firstSlot));
    return;
  }
  const { step: own } = file.header.archives[archive]!;
  const firstPoint = Math.ceil((first * step) / own);
  const count = Math.ceil((last * step) / own) - firstPoint;
  if (finer.length < count) finer = new Float64Array(count);
  const points = finer.subarray(0, count);
  file.read(archive, firstPoint, points);
  if (kind === "placed") {
    for (let i = 0; i < count; i++) {
      const value = points[i]!;
      if (!Number.isNaN(value))
        into[Math.floor(((firstPoint + i) * own) / step) - firstSlot] = value;
    }
    return;
  }
  for (let slot = first; slot < last; slot++) {
    const at = Math.ceil((slot * step) / own) - firstPoint;
    const to = Math.ceil(((slot + 1) * step) / own) - firstPoint;
    into[slot - firstSlot] = combineKnown(points, at, to, file.header.method);
  }
}
