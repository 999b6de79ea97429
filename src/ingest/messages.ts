import type { MessagePort } from "node:worker_threads";
import type { RuleFiles } from "../config/rules.ts";
import type { IstatAgent } from "../model/istat-agent.ts";
import type { PlacedSeries, WantedSeries } from "../storage/import/import-target.ts";
import type { NameIndexMemory } from "../storage/index/name-index.ts";
import type { StoreMemory } from "../storage/store-memory.ts";
import type { WalFile } from "../storage/wal/files.ts";
import type { Damage } from "../storage/wal/scan.ts";
import type { ExportedValues, MetricExportOptions } from "./metric-export.ts";
import type { RuleFill } from "./rule-fills.ts";
import type { SeriesCreator } from "./series-creators.ts";
import type { IstatOptions } from "./series-definer.ts";

export type Listen = { host: string; port: number } | null;

export interface IngestThreadData {
  memory: StoreMemory;
  names: NameIndexMemory;
  ring: SharedArrayBuffer;
  /** The first BigInt64 is the log position up to which all is durable. */
  durable: SharedArrayBuffer;
  folder: string;
  files: RuleFiles;
  istatCounters: IstatOptions;
  /** What the Prometheus port shows; null where there is none. */
  metricExport: MetricExportOptions | null;
  newSeriesPerMinute: number;
  /** A file of hosts whose istat lines are refused. */
  hostBlacklist: string | null;
  /** Whether own numbers are stored under istatd's names. */
  hasIstatdNumbers: boolean;
  carbon: Listen;
  pickle: Listen;
  istat: Listen;
  wal: MessagePort;
  store: MessagePort;
  /** To the thread that sends on what is received; null when there is none. */
  forward: MessagePort | null;
}

/** What the other threads of the store need to begin. */
export interface RecoveredStore {
  storeId: Uint8Array;
  timeline: number;
  walFiles: WalFile[];
  logEndLsn: number;
  catalogueBytes: number;
  series: number;
  replayedPoints: number;
  quarantined: number;
  orphans: number;
  damage: Damage[];
  milliseconds: number;
}

export type FromIngest =
  /** Waits for "listen". */
  | { kind: "recovered"; store: RecoveredStore }
  | { kind: "listening"; addresses: Record<string, string> }
  | { kind: "failed"; reason: string }
  /** The files of rules have changed and are in force. */
  | { kind: "reloaded" }
  | { kind: "log"; level: "info" | "warn" | "error"; message: string; fields: object }
  | {
      kind: "report";
      numbers: Record<string, number>;
      refusals: [string, number][];
      /** What does not work at present, and what will not some day. */
      degraded: string[];
      warnings: string[];
      fills: readonly RuleFill[];
      creators: readonly SeriesCreator[];
    }
  | { kind: "agents"; agents: IstatAgent[] }
  /** What the Prometheus port shows. */
  | { kind: "metrics"; metrics: ExportedValues }
  | { kind: "flushed"; id: number; lsn: number }
  /** What the log holds below `lsn` has the delete; `failure` says why some or all are still there. */
  | { kind: "deleted"; id: number; count: number; lsn: number; failure: string | null }
  /** The log holds all series that are new below `lsn`; 0 when none is. */
  | { kind: "placed"; id: number; placed: (PlacedSeries | string)[]; lsn: number }
  | { kind: "closed"; walFailure: string | null };

/** Numbers of series that are to end for good; the answer has the same `id`. */
export interface DeleteSeries {
  kind: "delete";
  id: number;
  series: Uint32Array;
}

/** Series that an import has data for; the answer has the same `id`. */
export interface PlaceSeries {
  kind: "place";
  id: number;
  series: readonly WantedSeries[];
}

/** To the thread that sends on what is received. */
export type ToForward =
  | { kind: "istat" | "carbon"; lines: Uint8Array }
  /** What a client has said of itself. */
  | { kind: "meta"; key: string; value: string }
  /** Nothing more comes. */
  | { kind: "close" };

/** Lines of so many bytes have been taken. */
export interface FromForward {
  bytes: number;
}

export type ToIngest =
  /** Open the receivers: the other threads are there. */
  | { kind: "listen" }
  | { kind: "reload" }
  /** Who sends istat lines? */
  | { kind: "agents" }
  /** Lines of our own, which are treated like everybody's. */
  | { kind: "lines"; text: string }
  /** Forget those that have sent istat lines and left, but for some. */
  | { kind: "purge-agents"; count: number; seconds: number }
  /** What has been received, for the Prometheus port? */
  | { kind: "metrics" }
  /** Numbers of the other threads, to be stored as series with those of this one. */
  | { kind: "numbers"; numbers: Record<string, number> }
  | DeleteSeries
  | PlaceSeries
  /** Hand over all that was received, and say where the log is then. */
  | { kind: "flush"; id: number }
  | { kind: "close" };
