/** What the pages for people ask, as it was sent. */
export type UiJob = { kind: "ui" } & (
  | { ask: "search"; query: string; limit: number }
  /** A level of the tree of names. */
  | { ask: "tree"; path: string; offset: number; limit: number }
  | { ask: "buckets"; request: BucketsRequest }
  /** What a target's text means. */
  | { ask: "parse"; target: string }
  /** What was fetched for targets. */
  | { ask: "explain"; request: ExplainRequest }
  /** How many series there are below a prefix; new ones are those whose numbers are not below the bounds. */
  | {
      ask: "cardinality";
      prefix: string;
      hour: number | null;
      day: number | null;
      limit: number;
    }
  /** How many values each tag has, or how many series the values of one. */
  | { ask: "tag-cardinality"; tag: string | null; limit: number }
  /** Which rules a name falls under. */
  | { ask: "retention"; name: string }
  /** The newest points of targets, from and until in seconds. */
  | { ask: "live"; targets: string[]; from: number; until: number }
);

export interface ExplainRequest {
  targets: string[];
  from?: string | undefined;
  until?: string | undefined;
  tz?: string | undefined;
  maxDataPoints?: number | undefined;
}

/** The buckets of series over a range. */
export interface BucketsRequest {
  /** Paths, globs and `seriesByTag(...)`. */
  targets: string[];
  from?: string | undefined;
  until?: string | undefined;
  tz?: string | undefined;
  /** Buckets of a series at most. */
  maxDataPoints: number;
  columns: readonly BucketColumn[];
}

/** What is told of a bucket. */
export const BUCKET_COLUMNS = ["mean", "min", "max", "stddev", "count", "last"] as const;
export type BucketColumn = (typeof BUCKET_COLUMNS)[number];
