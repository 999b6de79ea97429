import type { MessagePort } from "node:worker_threads";
import type { ErrorCode } from "../model/errors.ts";
import type { EventPosition, NewsOfEvents } from "../model/event-news.ts";
import type { QueryAnswer, QueryJob } from "../render/query-job.ts";
import type { RenderLimits } from "../render/render.ts";
import type { NameIndexMemory } from "../storage/index/name-index.ts";
import type { StoreMemory } from "../storage/store-memory.ts";
import type { Dependencies } from "./footprint.ts";
import type { OutsideMemory } from "./outside/outside-memory.ts";
import type { TagMemory } from "./tags/tag-memory.ts";

export interface QueryThreadData {
  memory: StoreMemory;
  names: NameIndexMemory;
  tags: TagMemory;
  folder: string;
  /** Which reader this is; see ReaderEpochs. */
  reader: number;
  timeZone: string;
  limits: RenderLimits;
  /** Text of storage-schemas.conf and storage-aggregation.conf. */
  rules: { schemas: string | null; aggregation: string | null };
  store: MessagePort;
  /** Stores of other systems that are read where this one has nothing. */
  outside: readonly OutsideData[];
}

/** Another system's store: which kind, where it lies, and what is known of its names. */
export interface OutsideData {
  kind: "whisper" | "istatd";
  folder: string;
  memory: OutsideMemory;
}

export type ToQuery =
  /** A watched job's answer tells what it depends on; `names` is their version when it was given out. */
  | { kind: "job"; job: QueryJob; isWatched: boolean; names: number }
  | { kind: "rules"; rules: QueryThreadData["rules"] }
  | { kind: "events"; news: NewsOfEvents };

export type FromQuery =
  | { kind: "ready" }
  /** A regular expression that may never end is about to be run. */
  | { kind: "backtracking" }
  /** Answered by "events": what has changed since then. */
  | { kind: "events-since"; position: EventPosition | null }
  | { kind: "answer"; answer: QueryAnswer; dependencies: Dependencies | null }
  | { kind: "error"; code: ErrorCode | null; message: string; stack: string }
  | { kind: "damage"; file: string; reason: string }
  /** A file of another system's store cannot be read: said once. */
  | { kind: "outside"; path: string; reason: string };
