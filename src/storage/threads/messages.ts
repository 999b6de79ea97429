import type { MessagePort } from "node:worker_threads";
import type { FileEntry } from "../manifest.ts";
import type { ScrubResult } from "../merge/scrubber.ts";
import type { LinkedStore } from "../snapshot/link-store.ts";
import type { StoreMemory } from "../store-memory.ts";
import type { WalFile } from "../wal/files.ts";

/** What threads of the store say to each other; bulk data lies in shared memory. */

/** Ingest to WAL. */
export type ToWal =
  | { kind: "frame"; offset: number; length: number }
  | { kind: "rotate" }
  | { kind: "needed"; lsn: number }
  /** Write and sync all, then answer "closed". */
  | { kind: "close" };

/** WAL to ingest. */
export type FromWal =
  | { kind: "released"; frames: number }
  /** No log file holds records below `lsn` any more. */
  | { kind: "dropped"; lsn: number }
  | { kind: "closed"; failure: string | null };

/** Ingest to store. */
export type ToStore =
  | { kind: "cut"; window: number }
  | { kind: "frozen"; strays: number }
  | { kind: "catalogue"; frame: Uint8Array; lsn: number }
  | { kind: "dropped"; lsn: number }
  /** Series of these shards were deleted. */
  | { kind: "deleted"; shards: readonly number[] }
  | { kind: "close" };

/** Store to ingest. */
export type FromStore =
  | { kind: "sealed"; window: number }
  | { kind: "flushed"; strays: number }
  | { kind: "catalogued"; lsn: number }
  | { kind: "closed" };

/** Store to a reader: what is on disk now, and what is no longer. */
export interface ToReader {
  /** Of the list: it grows with every change. */
  version: number;
  added: FileEntry[];
  removed: string[];
}

/** Store to the supervisor: a file cannot be read. */
export interface ThreadDamage {
  kind: "damage";
  file: string;
  reason: string;
}

/** Store and WAL to the supervisor, once a second and whenever their health changes. */
export interface ThreadReport {
  kind: "report";
  thread: "wal" | "store";
  failure: string | null;
  /** What works, but not as its owner may think. */
  warnings: string[];
  numbers: Record<string, number>;
}

/** Supervisor to store: files that an import has written; the answer has the same `id`. */
export interface AdoptFiles {
  kind: "adopt";
  id: number;
  entries: readonly FileEntry[];
  /** They came over the network: nothing in them is believed. */
  areUploads: boolean;
}

/** Store to the supervisor: the files count from now on, or none of them does and this is why. */
export interface ThreadAdopted {
  kind: "adopted";
  id: number;
  failure: string | null;
}

export interface WalThreadData {
  ring: SharedArrayBuffer;
  /** Two int64: the LSN after the last durable record; not 0 while no log file may be dropped. */
  durable: SharedArrayBuffer;
  folder: string;
  storeId: Uint8Array;
  timeline: number;
  files: WalFile[];
  endLsn: number;
  syncMs: number;
  ingest: MessagePort;
}

/** Supervisor to store: a reader that wants news, files, or all to be verified (null), or one. */
export type ToStoreThread =
  | { reader: MessagePort }
  | AdoptFiles
  | SnapshotRequest
  | { scrub: string | null };

/** Store to the supervisor: all files were verified. */
export interface ThreadScrub {
  kind: "scrubbed";
  result: ScrubResult;
}

export interface StoreThreadData {
  scrubBytesPerSecond: number;
  memory: StoreMemory;
  durable: SharedArrayBuffer;
  folder: string;
  catalogueBytes: number;
  ingest: MessagePort;
}

/** Supervisor to store: gather what belongs to a snapshot in a folder. */
export interface SnapshotRequest {
  kind: "snapshot";
  folder: string;
}

/** Store to the supervisor. */
export type SnapshotAnswer =
  | ({ kind: "snapshot"; failure: null } & LinkedStore)
  | { kind: "snapshot"; failure: string };
