import { askDoor } from "./ask.ts";

/** Totals since the server was started, at a time. */
export interface Totals {
  time: number;
  received: number;
  refused: number;
  series: number;
  queries: number;
  /** Seconds of processors. */
  cpu: number;
}

export interface RefusedLine {
  time: number;
  protocol: string;
  reason: string;
  /** What was sent, as far as it is shown. */
  sample: string;
  count: number;
}

export interface SlowQuery {
  time: number;
  kind: string;
  text: string;
  milliseconds: number;
  threadMilliseconds: number | null;
  error: string | null;
}

export interface ServerStatus {
  version: string;
  state: string;
  startedAt: number;
  time: number;
  degraded: string[];
  warnings: string[];
  damage: string[];
  numbers: Record<string, number>;
  history: Totals[];
  refusals: { protocol: string; reason: string; count: number }[];
  refusedLines: RefusedLine[];
  slowQueries: SlowQuery[];
  creators: { sender: string; series: number; last: number }[];
  disk: { freeBytes: number; totalBytes: number } | null;
}

export function askStatus(signal: AbortSignal): Promise<ServerStatus> {
  return askDoor("_/status", { signal });
}

export interface BranchCount {
  text: string;
  /** Empty for all tagged series. */
  path: string;
  series: number;
  newInHour: number | null;
  newInDay: number | null;
  isBranch: boolean;
}

export interface Cardinality {
  total: number;
  newInHour: number | null;
  newInDay: number | null;
  branches: number;
  rows: BranchCount[];
}

export function askCardinality(prefix: string, signal: AbortSignal): Promise<Cardinality> {
  return askDoor("_/cardinality", { query: { prefix, limit: 200 }, signal });
}

export interface TagCount {
  tag: string;
  values: number;
  series: number;
}

export async function askTagCounts(signal: AbortSignal): Promise<TagCount[]> {
  const query = { by: "tag", limit: 200 };
  return (await askDoor<{ tags: TagCount[] }>("_/cardinality", { query, signal })).tags;
}

export interface ValueCount {
  value: string;
  series: number;
}

export async function askValueCounts(tag: string, signal: AbortSignal): Promise<ValueCount[]> {
  const query = { by: "tag", tag, limit: 200 };
  return (await askDoor<{ values: ValueCount[] }>("_/cardinality", { query, signal })).values;
}

export interface Agent {
  peer: string;
  isOnline: boolean;
  connected: number;
  heard: number;
  meta: Record<string, string>;
}

export async function askAgents(signal: AbortSignal): Promise<Agent[]> {
  return (await askDoor<{ agents: Agent[] }>("_/agents", { signal })).agents;
}

export interface Tier {
  step: number;
  retention: number;
}

export interface RetentionAnswer {
  name: string;
  refusal: string | null;
  schema: string | null;
  hasSchemas: boolean;
  tiers: Tier[];
  isStepLearned: boolean;
  aggregation: string | null;
  method: string;
  xFilesFactor: number;
  existing: { mode: "replace" | "gauge" | "event"; tiers: Tier[] } | null;
}

export function askRetention(name: string, signal: AbortSignal): Promise<RetentionAnswer> {
  return askDoor("_/retention", { query: { name }, signal });
}

export interface DeleteAnswer {
  deleted: boolean;
  count: number;
  /** Names, in order. */
  series: string[];
}

/** Deletes what patterns stand for; with `dryRun` it is only told what that would be. */
export function askDelete(patterns: readonly string[], dryRun: boolean): Promise<DeleteAnswer> {
  return askDoor("_/delete", { form: { pattern: patterns, dryRun: dryRun ? 1 : 0 } });
}
