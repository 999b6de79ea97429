import type { Retention } from "../../src/model/retention.ts";
import { ImportBatch } from "../../src/storage/import/import-batch.ts";
import type { ImportTarget, PlacedSeries } from "../../src/storage/import/import-target.ts";
import { ForeignFileError, reasonOf } from "../foreign-file.ts";
import type { FoundSource, ImportRange, OpenSource, Skip, SourceTree } from "./source-tree.ts";

export interface TreeOptions extends ImportRange {
  /** Put before every name, with a dot. */
  prefix: string | null;
  /** Whether a name, prefix included, is to be imported. */
  matches: (name: string) => boolean;
  /** What a new series keeps; null: as much as its files. */
  retentionsOf: (name: string) => readonly Retention[] | null;
  /** Series after which what waits is written; it is as well when there is much of it. */
  batchSeries?: number;
}

export interface TreeEvents {
  /** A file or folder is left out. */
  skipped: Skip;
  /** How many series were found so far. */
  progress(found: number): void;
}

export interface TreeSummary {
  /** Files that were read. */
  files: number;
  /** Series whose files hold nothing. */
  empty: number;
  /** Series that the store did not have. */
  newSeries: number;
  /** Known points in the files. */
  points: number;
  /** Those that were written, or, in a verification, are missing. */
  changed: number;
  skipped: number;
}

/** Series that are opened before any of them is read. */
const CHUNK_SERIES = 256;
/** A batch is written when it has so many bytes, or series. */
const BATCH_BYTES = 64 << 20;
const BATCH_SERIES = 8192;

interface OpenedSeries {
  path: string;
  name: string;
  source: OpenSource;
}

/** What is done with a series that has its place in the store. */
type Done = (path: string, placed: PlacedSeries, source: OpenSource) => void;

/**
 * Imports all series of another system. What is known already is not written again, so an import
 * that was interrupted goes on where it was, and one that is repeated changes nothing. Of the series
 * a few hundred are open at a time, and of their data at most a batch is in memory.
 *
 * @throws Error when the store cannot be written: what was committed before stays
 */
export async function importTree(
  tree: SourceTree,
  options: TreeOptions,
  target: ImportTarget,
  events: TreeEvents,
): Promise<TreeSummary> {
  const summary = emptySummary();
  const batch = new ImportBatch();
  let series = 0;
  const done: Done = (_, placed, source) => {
    const { points, written } = source.import(placed, options, target, batch);
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

/** Compares every point of all series with what the store has of it. */
export async function verifyTree(
  tree: SourceTree,
  options: TreeOptions,
  target: ImportTarget,
  events: TreeEvents & { missing(path: string, points: number): void },
): Promise<TreeSummary> {
  const summary = emptySummary();
  const done: Done = (path, placed, source) => {
    const { points, missing } = source.missing(placed, options, target);
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
  return { files: 0, empty: 0, newSeries: 0, points: 0, changed: 0, skipped: 0 };
}

/** Series of the tree that match, some at a time, open. */
function* chunks(
  tree: SourceTree,
  options: TreeOptions,
  summary: TreeSummary,
  events: TreeEvents,
): Generator<OpenedSeries[]> {
  const skip: Skip = (path, reason) => {
    summary.skipped++;
    events.skipped(path, reason);
  };
  let seen = 0;
  let chunk: OpenedSeries[] = [];
  for (const found of tree(skip)) {
    events.progress(seen++);
    const name = options.prefix === null ? found.name : `${options.prefix}.${found.name}`;
    if (!options.matches(name)) continue;
    const source = opened(found, skip, summary);
    if (source !== null) chunk.push({ path: found.path, name, source });
    if (chunk.length < Math.min(CHUNK_SERIES, options.batchSeries ?? BATCH_SERIES)) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function opened(found: FoundSource, skip: Skip, summary: TreeSummary): OpenSource | null {
  try {
    const source = found.open();
    if (source === null) summary.empty++;
    return source;
  } catch (error) {
    skip(found.path, reasonOf(error));
    return null;
  }
}

async function readChunk(
  chunk: readonly OpenedSeries[],
  options: TreeOptions,
  target: ImportTarget,
  summary: TreeSummary,
  events: TreeEvents,
  done: Done,
): Promise<void> {
  const skip = (path: string, reason: string): void => {
    summary.skipped++;
    events.skipped(path, reason);
  };
  try {
    const wanted = chunk.map(({ name, source }) => ({
      name,
      plan: source.planOf(options.retentionsOf(name)),
    }));
    const places = await target.place(wanted);
    for (const [i, { path, source }] of chunk.entries()) {
      const placed = places[i]!;
      if (typeof placed === "string") {
        skip(path, placed);
        continue;
      }
      try {
        done(path, placed, source);
        summary.files += source.files;
      } catch (error) {
        // Cut off, or out of reach, while it was read; what there is of it is right.
        if (!isOfTheFile(error)) throw error;
        skip(path, reasonOf(error));
      }
    }
  } finally {
    for (const { source } of chunk) source.close();
  }
}

/** Whether what went wrong is to do with a file that was read, and not with the store. */
function isOfTheFile(error: unknown): boolean {
  return error instanceof ForeignFileError || (error instanceof Error && "syscall" in error);
}
