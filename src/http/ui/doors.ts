import type { IstatAgent } from "../../model/istat-agent.ts";
import type { QueryRunner } from "../../render/query-job.ts";

/** How the server does; plain data for a page. Times in seconds since the epoch. */
export interface ServerStatus {
  version: string;
  state: string;
  /** When the server was started. */
  startedAt: number;
  time: number;
  degraded: readonly string[];
  warnings: readonly string[];
  damage: readonly string[];
  /** As on /metrics, without `statite_`. */
  numbers: Readonly<Record<string, number>>;
  /** Totals since the start, every ten seconds of the last hour. */
  history: readonly {
    time: number;
    received: number;
    refused: number;
    series: number;
    queries: number;
    cpu: number;
  }[];
  refusals: readonly { protocol: string; reason: string; count: number }[];
  /** The newest of them that were logged. */
  refusedLines: readonly {
    time: number;
    protocol: string;
    reason: string;
    sample: string;
    count: number;
  }[];
  slowQueries: readonly object[];
  /** Who created most of the series since the start. */
  creators: readonly { sender: string; series: number; last: number }[];
}

/** One above the highest number of a series that there was an hour and a day ago; null for not known. */
export interface SeriesBounds {
  hour: number | null;
  day: number | null;
}

/** What pages ask of the server beside its queries. */
export interface OperateDoor {
  status(): ServerStatus;
  seriesBounds(): SeriesBounds;
  /** Who sends istat lines, and who did lately. @throws GraphiteError ERR_NOT_READY */
  agents(): Promise<readonly IstatAgent[]>;
}

export interface UiDoors {
  queries: QueryRunner;
  /** Missing where there is no server around HTTP. */
  operate?: OperateDoor;
  diskSpace?: () => Promise<{ freeBytes: number; totalBytes: number }>;
}
