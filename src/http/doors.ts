import type { Readable } from "node:stream";
import type { FastifyBaseLogger } from "fastify";
import type { LeavesAnswer, QueryRunner } from "../render/query-job.ts";
import type { DocumentDoors } from "./documents/doors.ts";
import type { PageFile } from "./page/page-files.ts";
import type { OperateDoor } from "./ui/doors.ts";

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

/** Ends series for good. */
export interface DeleteDoor {
  /** The series that names, globs and `seriesByTag(...)` stand for. @throws GraphiteError */
  find(patterns: readonly string[]): Promise<LeavesAnswer>;
  /** Those of exactly these names, as clients write them; names of none are left out. */
  findExact(paths: readonly string[]): Promise<LeavesAnswer>;
  /**
   * Ends series by their numbers; resolves with how many there still were, once that is on disk.
   *
   * @throws GraphiteError ERR_NOT_READY while the log cannot be written
   */
  delete(series: readonly number[]): Promise<number>;
}

/** A series that an import has data for, and what it is to keep if it is new. */
export interface WantedName {
  name: string;
  mode: "replace" | "gauge" | "event";
  /** Lambda is that of a trailing level, 0 for a plain one. */
  tiers: [step: number, retention: number, lambda: number][];
}

/** Lets an import in that another process makes, beside the running server. */
export interface ImportDoor {
  /**
   * Where the series are kept, in the order of `wanted`: numbers and plans, or in words why there is
   * none. New ones are made, and are on disk.
   *
   * @throws GraphiteError ERR_NOT_READY while the log cannot be written
   */
  place(wanted: readonly WantedName[]): Promise<unknown[]>;
  /** Takes files that are in the data directory, or were sent. @throws GraphiteError ERR_PARAMETER */
  adopt(files: readonly unknown[]): Promise<void>;
  /**
   * Takes a container of istatd's settings, unless there is one of that name already; whether it was
   * taken. Rejects with a GraphiteError.
   */
  takeSettings(
    container: string,
    values: readonly (readonly [key: string, value: string])[],
  ): Promise<boolean>;
  /** Number of the latest import, and what the manifest says of the files of all of them. */
  imported(): Promise<{ last: number; files: readonly object[] }>;
  /** An imported file, from its beginning. @throws GraphiteError ERR_NOT_FOUND */
  read(file: string): Promise<Readable>;
  /**
   * Takes a file of `bytes` bytes in, to be adopted later.
   *
   * @throws GraphiteError ERR_PARAMETER, ERR_TOO_LARGE, ERR_NO_ROOM, ERR_NOT_READY
   */
  receive(file: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Makes a snapshot in a folder; `progress` is told bytes. Resolves with what there is in it. */
export type TakeSnapshot = (
  folder: string,
  progress: (done: number, total: number) => void,
) => Promise<object>;

/** What the HTTP API needs from the rest of the server. */
export interface HttpDoors {
  queries: QueryRunner;
  health(): HealthReport;
  /** @throws GraphiteError ERR_NOT_READY until the store is recovered */
  documents(): DocumentDoors;
  /** @throws GraphiteError ERR_NOT_READY until the store is recovered */
  deletes(): DeleteDoor;
  /** Missing where there is no data directory. @throws GraphiteError like the others */
  imports?: () => ImportDoor;
  /** Missing where there is no data directory. @throws GraphiteError like the others */
  snapshots?: () => TakeSnapshot;
  /** The built pages for people, by path; missing where there are none. */
  pages?: ReadonlyMap<string, PageFile>;
  /** Missing where there is no server around HTTP. */
  operate?: OperateDoor;
  /** Of times in requests that name none. */
  timeZone: string;
  /** Prometheus text about the server itself. */
  selfMetrics(): string;
  /** Of the file system that the data are on. */
  diskSpace(): Promise<{ freeBytes: number; totalBytes: number }>;
  log: FastifyBaseLogger;
}
