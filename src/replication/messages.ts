import type { MessagePort } from "node:worker_threads";

/** A receiver of what is sent on. */
export interface Destination {
  host: string;
  port: number;
}

export interface ForwardThreadData {
  destinations: readonly Destination[];
  /** Of all spools; each receiver has a folder in it. */
  folder: string;
  /** Of each spool. */
  maxBytes: number;
  batchMs: number;
  /** Seconds within which samples of a name become one line. */
  step: number;
  syncMs: number;
  version: string;
  /** Where lines come from; it is told when they are taken. */
  source: MessagePort;
}

/** The forward thread to the supervisor. */
export type FromForwardThread =
  /** It listens to its source. */
  | { kind: "ready" }
  | { kind: "failed"; reason: string }
  | {
      kind: "report";
      numbers: Record<string, number>;
      /** What does not work at present. */
      degraded: string[];
    }
  | { kind: "log"; level: "info" | "warn" | "error"; message: string; fields: object }
  /** All is on disk. */
  | { kind: "closed" };
