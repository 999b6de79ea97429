import type { FileEntry } from "../manifest.ts";
import { mergeDelay, mergeLevels, type Span } from "./spans.ts";

/** Makes files of one tier out of those that lie in a span. */
export interface MergeJob {
  kind: "merge";
  step: number;
  retention: number;
  level: number;
  isFinal: boolean;
  span: Span;
  /** What is taken in. */
  inputs: FileEntry[];
  /** Earlier results for the span: those whose shards the inputs touch are taken in as well. */
  earlier: FileEntry[];
}

/** Writes the coarser tiers of what was merged for good. */
export interface RollUpJob {
  kind: "rollUp";
  span: Span;
  /** The files whose slots are rolled up, all of one tier and span. */
  inputs: FileEntry[];
}

/** Writes a file again without the series that were deleted. */
export interface CleanJob {
  kind: "clean";
  span: Span;
  inputs: [FileEntry];
}

export type Job = MergeJob | RollUpJob;

/** With this the names of files begin that were rolled up and not merged since. */
export const ROLL_UP_PREFIX = "roll-up-";

/** Late data for a span that is merged already wait for more of their kind, seconds. */
const QUIET_SECONDS = 3600;
/** Files of late data for one span that are not let grow any more. */
const MAX_LATE_FILES = 8;

interface Group {
  step: number;
  retention: number;
  entries: FileEntry[];
}

/** When the last coarser bucket ends that a tier feeds with what lies before `until`; seconds. */
export type ReachOf = (step: number, retention: number, until: number) => number;

/**
 * What is to be done next with the live files at `now` (seconds), or null. Roll-ups come first, then
 * small merges before large ones, the oldest first. Everything follows from the list of files, so
 * there is no state that could be lost.
 */
export function nextJob(
  files: Iterable<FileEntry>,
  now: number,
  isBlocked: (job: Job) => boolean,
  reachOf: ReachOf,
): Job | null {
  const all = [...files];
  const groups = groupsOf(all);
  let best: Job | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  const offer = (job: Job, rank: number): void => {
    // Within a rank the oldest span is first: 10^12 seconds lie beyond any rank's spans.
    const order = rank * 1e12 + job.span.from;
    if (order >= bestRank || isBlocked(job)) return;
    best = job;
    bestRank = order;
  };
  for (const group of groups) {
    for (const job of rollUps(group, now, reachOf)) offer(job, 0);
    const levels = mergeLevels(group.step, group.retention);
    for (let level = 1; level <= levels.length; level++) {
      for (const job of mergesOf(group, level, levels.length, now)) {
        if (!isUnsettled(job, all)) offer(job, level);
      }
    }
  }
  return best;
}

function groupsOf(entries: readonly FileEntry[]): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    // What is imported is final as it comes, and stays apart from what is received.
    if (entry.imported !== undefined) continue;
    const key = `${entry.step}-${entry.retention}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { step: entry.step, retention: entry.retention, entries: [entry] });
    } else {
      group.entries.push(entry);
    }
  }
  return [...groups.values()];
}

function spansOf(
  { step, retention, entries }: Group,
  level: number,
): Map<number, { span: Span; entries: FileEntry[] }> {
  const spanOf = mergeLevels(step, retention)[level - 1]!;
  const spans = new Map<number, { span: Span; entries: FileEntry[] }>();
  for (const entry of entries) {
    // A file belongs to the span in which its first slot starts; longer ones to none of this level.
    const span = spanOf(entry.from);
    if (entry.until - entry.step >= span.until) continue;
    const known = spans.get(span.from);
    if (known === undefined) spans.set(span.from, { span, entries: [entry] });
    else known.entries.push(entry);
  }
  return spans;
}

function* mergesOf(group: Group, level: number, levels: number, now: number): Generator<MergeJob> {
  const isFinal = level === levels;
  for (const { span, entries } of spansOf(group, level).values()) {
    if (now < span.until + mergeDelay(level)) continue;
    const inputs = entries.filter((entry) => entry.level < level);
    const earlier = entries.filter((entry) => entry.level >= level);
    const isDue = isFinal
      ? inputs.length > 0 && (earlier.length === 0 || isQuiet(inputs, now))
      : inputs.length > 1 && earlier.length === 0 && isGapFree(group, span, inputs);
    if (!isDue) continue;
    const { step, retention } = group;
    yield { kind: "merge", step, retention, level, isFinal, span, inputs, earlier };
  }
}

/**
 * Whether no other file of the span is of an age between those of the inputs: the result is as new as
 * the newest of them, and would hide it. Late data are filed under longer spans when the clock says
 * that a short one is over, and the clock may go back.
 */
function isGapFree({ entries }: Group, span: Span, inputs: readonly FileEntry[]): boolean {
  const taken = new Set(inputs);
  const oldest = Math.min(...inputs.map(({ lsn }) => lsn));
  const newest = Math.max(...inputs.map(({ lsn }) => lsn));
  return !entries.some(
    (entry) =>
      !taken.has(entry) &&
      entry.lsn > oldest &&
      entry.lsn < newest &&
      entry.from < span.until &&
      entry.until > span.from,
  );
}

function isQuiet(late: readonly FileEntry[], now: number): boolean {
  if (late.length >= MAX_LATE_FILES) return true;
  return late.every((entry) => entry.created <= now - QUIET_SECONDS);
}

/**
 * A span is rolled up when all buckets that it feeds are over: then its files may expire, and the
 * bucket that reaches into the next span, where nothing may ever come, is not lost with them.
 */
function* rollUps(group: Group, now: number, reachOf: ReachOf): Generator<RollUpJob> {
  const levels = mergeLevels(group.step, group.retention).length;
  for (const { span, entries } of spansOf(group, levels).values()) {
    const inputs = entries.filter((entry) => entry.level >= levels && !entry.isRolledUp);
    if (inputs.length === 0) continue;
    const reach = reachOf(group.step, group.retention, span.until);
    if (reach > span.until && now < reach + mergeDelay(2)) continue;
    yield { kind: "rollUp", span, inputs };
  }
}

/**
 * Roll-ups that will be written again must not be merged yet: the merged file claims to be right up
 * to the newest position among its inputs.
 */
function isUnsettled(job: MergeJob, all: readonly FileEntry[]): boolean {
  if (!job.inputs.some(mayBeRollUp)) return false;
  return all.some(
    (entry) =>
      !entry.isRolledUp &&
      entry.step < job.step &&
      entry.from < job.span.until &&
      entry.until > job.span.from,
  );
}

/** Files of level 0 are either sealed or roll-ups of a span that is shorter than any of their own. */
function mayBeRollUp(entry: FileEntry): boolean {
  return entry.isRolledUp && (entry.level > 0 || entry.file.includes(`/${ROLL_UP_PREFIX}`));
}
