import type { Retention } from "../../src/model/retention.ts";
import type { ImportBatch } from "../../src/storage/import/import-batch.ts";
import type { ImportTarget, PlacedSeries } from "../../src/storage/import/import-target.ts";
import type { Plan } from "../../src/storage/plan.ts";

/** Which part of a series is taken. */
export interface ImportRange {
  /** The moment from which retention counts, seconds. */
  now: number;
  /** Nothing that starts before this is taken, seconds. */
  since: number;
}

/** What was made of a series. */
export interface ImportedPoints {
  /** Points (or buckets) that are known. */
  points: number;
  /** Those of stretches that the store did not have just so before. */
  written: number;
}

/** A series of another system while its files are open. */
export interface OpenSource {
  readonly files: number;
  /** What a new series keeps: what is said of it, or as much as its files. */
  planOf(stated: readonly Retention[] | null): Plan;
  /**
   * Puts into `batch` what there is and an import has not brought before.
   *
   * @throws ForeignFileError when the series cannot take it, or a file was cut off meanwhile
   */
  import(
    placed: PlacedSeries,
    range: ImportRange,
    target: ImportTarget,
    batch: ImportBatch,
  ): ImportedPoints;
  /** How many points the store does not have as the files have them. @throws like `import` */
  missing(
    placed: PlacedSeries,
    range: ImportRange,
    target: ImportTarget,
  ): { points: number; missing: number };
  close(): void;
}

/** A series of another system that was found. */
export interface FoundSource {
  /** Below the tree, divided by `/`. */
  path: string;
  name: string;
  /**
   * Opens its files; null when they hold nothing.
   *
   * @throws ForeignFileError, or Error when they cannot be read
   */
  open(): OpenSource | null;
}

/** Says that something is left out, and why. */
export type Skip = (path: string, reason: string) => void;

/** All series of another system, in the order of their paths. */
export type SourceTree = (skip: Skip) => Generator<FoundSource>;
