import type { FormatName } from "./formats/index.ts";

/** Work for a query thread: plain data, parameters as they were sent. */
export type QueryJob =
  | {
      kind: "render";
      targets: string[];
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
      /** Where the request comes from, for its error. */
      source?: string | undefined;
    }
  | {
      kind: "find";
      query: string;
      from?: string | undefined;
      until?: string | undefined;
      format: "treejson" | "json" | "completer";
      wildcards: boolean;
      leavesOnly: boolean;
      jsonp?: string | undefined;
    }
  | {
      kind: "expand";
      queries: string[];
      groupByExpr: boolean;
      leavesOnly: boolean;
      jsonp?: string | undefined;
    };

export interface QueryAnswer {
  status: number;
  contentType: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** For the log: what was wrong with parts of the request. */
  problems: string[];
}

/** Runs jobs apart from this thread. */
export interface QueryRunner {
  /** Rejects with GraphiteError for a bad job, with another Error when `signal` ends it or we fail. */
  run(job: QueryJob, signal: AbortSignal): Promise<QueryAnswer>;
}
