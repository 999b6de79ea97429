import { join } from "node:path";
import type { Retention } from "../../src/model/retention.ts";
import { ImportBatch } from "../../src/storage/import/import-batch.ts";
import type { ImportTarget, PlacedSeries } from "../../src/storage/import/import-target.ts";
import { type Plan, REPLACE } from "../../src/storage/plan.ts";
import type { WhisperArchive } from "./format.ts";
import { importFile, missingPoints } from "./import-file.ts";
import { seriesNameOf } from "./series-path.ts";
import { reasonOf, whisperFiles } from "./walk-tree.ts";
import { WhisperFile, WhisperFileError } from "./whisper-file.ts";

export interface TreeOptions {
  /** Put before every name, with a dot. */
  prefix: string | null;
  /** Whether a name, prefix included, is to be imported. */
  matches: (name: string) => boolean;
  /** Names of tagged series by their hash. */
  taggedNames: ReadonlyMap<string, string>;
  /** What a new series keeps; null: as much as its file. */
  retentionsOf: (name: string) => readonly Retention[] | null;
  /** Seconds. */
  now: number;
  since: number;
  /** Series after which what waits is written; it is as well when there is much of it. */
  batchSeries?: number;
}

export interface TreeEvents {
  /** A file or folder is left out. */
  skipped(path: string, reason: string): void;
  progress(files: number): void;
}

export interface TreeSummary {
  /** Files that were read. */
  files: number;
  /** Series that the store did not have. */
  newSeries: number;
  /** Known points in the files. */
  points: number;
  /** Those that were written, or, in a verification, are missing. */
  changed: number;
  skipped: number;
}

/** Files whose headers are looked at before any of them is read. */
const CHUNK_FILES = 256;
/** A batch is written when it has so many bytes, or series. */
const BATCH_BYTES = 64 << 20;
const BATCH_SERIES = 8192;

interface OpenFile {
  path: string;
  name: string;
  file: WhisperFile;
}

/** Whether a file was matched, and which series it is. */
type Done = (path: string, placed: PlacedSeries, file: WhisperFile) => void;

/**
 * Imports a whisper tree. What is known already is not written again, so an import that was
 * interrupted goes on where it was, and one that is repeated changes nothing. Of the files a few
 * hundred are open at a time, and of their data at most a batch is in memory.
 *
 * @throws Error when the store cannot be written: what was committed before stays
 */
export async function importTree(
  tree: string,
  options: TreeOptions,
  target: ImportTarget,
  events: TreeEvents,
): Promise<TreeSummary> {
  const summary = emptySummary();
  const batch = new ImportBatch();
  let series = 0;
  const done: Done = (_, placed, file) => {
    const { points, written } = importFile(file, placed, options, target, batch);
    summary.points += points;
    summary.changed += written;
    if (placed.isNew) summary.newSeries++;
    series++;
  };
  for (const chunk of chunks(tree, options, summary, events)) {
    await readChunk(chunk, options, target, summary, events, done);
    if (batch.bytes < BATCH_BYTES && series < (options.batchSeries ?? BATCH_SERIES)) continue;
    await target.commit(batch);
    series = 0;
  }
  // Also when there is nothing in it: a series without points is a series.
  await target.commit(batch);
  return summary;
}

/** Compares every point of a tree with what the store has of it. */
export async function verifyTree(
  tree: string,
  options: TreeOptions,
  target: ImportTarget,
  events: TreeEvents & { missing(path: string, points: number): void },
): Promise<TreeSummary> {
  const summary = emptySummary();
  const done: Done = (path, placed, file) => {
    const { points, missing } = missingPoints(file, placed, options, target);
    summary.points += points;
    summary.changed += missing;
    if (missing > 0) events.missing(path, missing);
  };
  for (const chunk of chunks(tree, options, summary, events)) {
    await readChunk(chunk, options, target, summary, events, done);
  }
  return summary;
}

function emptySummary(): TreeSummary {
  return { files: 0, newSeries: 0, points: 0, changed: 0, skipped: 0 };
}

/** Files of the tree that have a name and match, some at a time, open. */
function* chunks(
  tree: string,
  options: TreeOptions,
  summary: TreeSummary,
  events: TreeEvents,
): Generator<OpenFile[]> {
  const skip = (path: string, reason: string): void => {
    summary.skipped++;
    events.skipped(path, reason);
  };
  let seen = 0;
  let chunk: OpenFile[] = [];
  for (const path of whisperFiles(tree, skip)) {
    events.progress(seen++);
    const found = seriesNameOf(path, options.taggedNames);
    if ("problem" in found) {
      skip(path, found.problem);
      continue;
    }
    const name = options.prefix === null ? found.name : `${options.prefix}.${found.name}`;
    if (!options.matches(name)) continue;
    try {
      chunk.push({ path, name, file: WhisperFile.open(join(tree, path)) });
    } catch (error) {
      skip(path, error instanceof WhisperFileError ? error.message : reasonOf(error));
    }
    if (chunk.length < Math.min(CHUNK_FILES, options.batchSeries ?? BATCH_SERIES)) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function readChunk(
  chunk: readonly OpenFile[],
  options: TreeOptions,
  target: ImportTarget,
  summary: TreeSummary,
  events: TreeEvents,
  done: Done,
): Promise<void> {
  try {
    const wanted = chunk.map(({ name, file }) => ({
      name,
      plan: planOf(options.retentionsOf(name), file.header.archives),
    }));
    const places = await target.place(wanted);
    chunk.forEach(({ path, file }, i) => {
      const placed = places[i]!;
      try {
        if (typeof placed === "string") throw new WhisperFileError(placed);
        done(path, placed, file);
        summary.files++;
      } catch (error) {
        // Cut off, or out of reach, while it was read; what there is of it is right.
        if (!(error instanceof WhisperFileError) && !isFromDisk(error)) throw error;
        summary.skipped++;
        events.skipped(path, error instanceof WhisperFileError ? error.message : reasonOf(error));
      }
    });
  } finally {
    for (const { file } of chunk) file.close();
  }
}

function planOf(
  retentions: readonly Retention[] | null,
  archives: readonly WhisperArchive[],
): Plan {
  const tiers =
    retentions === null
      ? archives.map(({ step, points }) => ({ step, retention: step * points, lambda: 0 }))
      : retentions.map(({ step, seconds, lambda }) => ({
          step,
          retention: seconds,
          lambda: lambda ?? 0,
        }));
  return { mode: REPLACE, tiers };
}

function isFromDisk(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
