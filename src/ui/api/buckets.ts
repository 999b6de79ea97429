import { askDoor } from "./ask.ts";

export type BucketColumn = "mean" | "min" | "max" | "stddev" | "count" | "last";

export interface BucketSeries {
  name: string;
  /** Of the targets asked for, the one that it belongs to. */
  target: string;
  start: number;
  step: number;
  tier: { step: number; retention: number };
  /** `all`, or the one column that is known. */
  known: string;
  columns: Partial<Record<BucketColumn, (number | null)[]>>;
}

export interface BucketsAnswer {
  from: number;
  until: number;
  series: BucketSeries[];
}

export interface BucketsRequest {
  targets: readonly string[];
  from: string;
  until: string;
  tz: string;
  maxDataPoints: number;
  columns: readonly BucketColumn[];
}

/** What is kept of series at the zoom of a range; targets are names, globs and `seriesByTag(…)`. */
export function askBuckets(request: BucketsRequest, signal: AbortSignal): Promise<BucketsAnswer> {
  return askDoor("_/buckets", { json: request, signal });
}
