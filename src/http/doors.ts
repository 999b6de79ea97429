import type { FastifyBaseLogger } from "fastify";
import type { QueryRunner } from "../render/query-job.ts";
import type { DocumentDoors } from "./documents/doors.ts";

export interface HealthReport {
  /** Answers 200 when ready, else 503. */
  isReady: boolean;
  /** "ready", "recovering", "shutting down". */
  state: string;
  /** Why the server works, but not as it should. */
  degraded: string[];
  version: string;
  details: Record<string, unknown>;
}

/** What the HTTP API needs from the rest of the server. */
export interface HttpDoors {
  queries: QueryRunner;
  health(): HealthReport;
  /** @throws GraphiteError ERR_NOT_READY until the store is recovered */
  documents(): DocumentDoors;
  /** Of times in requests that name none. */
  timeZone: string;
  /** Prometheus text about the server itself. */
  selfMetrics(): string;
  /** Of the file system that the data are on. */
  diskSpace(): Promise<{ freeBytes: number; totalBytes: number }>;
  log: FastifyBaseLogger;
}
