import type { PeerJob } from "./carbonserver/index.ts";
import type { FindFormatName } from "./find-formats/index.ts";
import type { FormatName } from "./formats/index.ts";
import type { IstatJob } from "./istat/index.ts";
import type { UiJob } from "./ui/ui-job.ts";

/** Work for a query thread: plain data, parameters as they were sent. */
export type QueryJob =
  | PeerJob
  | IstatJob
  | UiJob
  | {
      kind: "render";
      targets: string[];
      /** They come from the frontend of a cluster. */
      isPeer?: boolean;
      from?: string | undefined;
      until?: string | undefined;
      now?: string | undefined;
      tz?: string | undefined;
      format: FormatName;
      isPretty?: boolean;
      maxDataPoints?: number | undefined;
      noNullPoints: boolean;
      xFilesFactor?: number | undefined;
      variables: Record<string, string>;
      jsonp?: string | undefined;
      /** An answer that was made longer ago is not wanted; 0: a fresh one. */
      maxAgeSeconds?: number;
      /** Where the request comes from, for its error. */
      source?: string | undefined;
    }
  /** Series that names, globs and tag expressions stand for; the body is a LeavesAnswer. */
  | { kind: "leaves"; patterns: string[]; isExact: boolean }
  | NamesJob
  | TagsJob;

/** Series by name, and their numbers in the same order. */
export interface LeavesAnswer {
  paths: string[];
  series: number[];
}

/** Work on names alone. */
export type NamesJob = (
  | {
      kind: "find";
      query: string;
      from?: string | undefined;
      until?: string | undefined;
      now?: string | undefined;
      tz?: string | undefined;
      format: FindFormatName;
      wildcards: boolean;
      leavesOnly: boolean;
      automaticVariants: boolean;
      position: number;
    }
  | { kind: "expand"; queries: string[]; groupByExpr: boolean; leavesOnly: boolean }
  /** The paths of all series. */
  | { kind: "index" }
  /** Paths in which one of the words occurs, for Graphite's browser. */
  | { kind: "search"; query: string }
  /** What is known of series beside their data; without a key, all of it. */
  | { kind: "metadata"; metrics: string[]; key?: string | undefined }
) & { jsonp?: string | undefined; isPretty?: boolean };

/** Work on tags; expressions as they were sent. */
export type TagsJob = (
  | { kind: "tags"; filter?: string | undefined; limit: number }
  /** One tag, and how many series have each of its values. */
  | { kind: "tag"; tag: string; filter?: string | undefined; limit: number }
  | { kind: "findSeries"; expressions: string[] }
  | { kind: "completeTags"; expressions: string[]; prefix: string; limit: number }
  | {
      kind: "completeValues";
      tag: string;
      expressions: string[];
      prefix: string;
      limit: number;
    }
) & { jsonp?: string | undefined; isPretty?: boolean };

export interface QueryAnswer {
  status: number;
  contentType: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** For the log: what was wrong with parts of the request. */
  problems: string[];
  /** It was made for an earlier request, and nothing that it depends on has changed since. */
  isCached?: boolean;
  /** Time that a query thread spent on it; absent for a cached one. */
  threadMs?: number;
}

/** Runs jobs apart from this thread. */
export interface QueryRunner {
  /** Rejects with GraphiteError for a bad job, with another Error when `signal` ends it or we fail. */
  run(job: QueryJob, signal: AbortSignal): Promise<QueryAnswer>;
}
