import { encodeColumnDense } from "../codec/column-codec.ts";
import { MIN_FREE_FOR_MERGES } from "../disk-space.ts";
import type { Environment } from "../environment.ts";
import type { FileEntry, Manifest } from "../manifest.ts";
import type { PlanTable, Tier } from "../plan.ts";
import { FileSet, isDamage } from "../read/file-set.ts";
import { fileParts, type Part } from "../read/parts.ts";
import { TierReader } from "../read/tier-reader.ts";
import { SectionFiles } from "../seal/section-files.ts";
import { setAside } from "../set-aside.ts";
import { StatFileReader } from "../statfile/reader.ts";
import { STATFILE_FOLDER } from "../store-folder.ts";
import type { StoreView } from "../store-memory.ts";
import { isCrash } from "../wal/files.ts";
import { cleanFile, deadShare } from "./clean-file.ts";
import { KeptSeconds } from "./kept-seconds.ts";
import { MergeInputs, mergeFiles } from "./merge-files.ts";
import {
  type CleanJob,
  type Job,
  type MergeJob,
  nextJob,
  type ReachOf,
  ROLL_UP_PREFIX,
  type RollUpJob,
} from "./planner.ts";
import { expired } from "./retention.ts";
import { RetentionClock } from "./retention-clock.ts";
import { rollUpFiles } from "./roll-up-files.ts";
import { salvageFile } from "./salvage-file.ts";
import { coveredLevel, isMergedWithin } from "./spans.ts";

export interface MergeEvents {
  /** The list of live files has changed; readers must know before the removed ones are unlinked. */
  changed(added: readonly FileEntry[], removed: readonly string[]): void;
  /** A file cannot be read. A damaged one is set aside, and what is whole of it goes on. */
  damaged(file: string, error: Error): void;
}

/** After a turn of a job others may work, or the job can do nothing for the moment. */
type Turn = "wait" | undefined;

/** Milliseconds before a job that failed (a full disk) is tried again, and before any other is. */
const RETRY_MS = 60_000;
const PAUSE_MS = 5000;
/** Milliseconds between two looks at all series for what they keep. */
const KEPT_LOOK_MS = 600_000;
/** Milliseconds between two looks at what there is to do. */
const LOOK_MS = 10_000;
/** Share of a file's blocks that are of deleted series, above which it is written again. */
const MAX_DEAD_SHARE = 0.25;
/** A file that is merged within so many seconds waits for that. */
const CLEAN_SECONDS = 7 * 86_400;

/**
 * Merges StatFiles, writes roll-ups, removes what has expired or was deleted. A step machine like the sealer: `step`
 * does a little and says whether there is more to do. A job is one line of the manifest, so one
 * that is killed leaves nothing half-done.
 *
 * It must not run while a part of the log waits to be sealed: a merged file is as new as the newest
 * position in it, so all older parts must be files by then.
 */
export class Merger {
  readonly #env: Environment;
  readonly #view: StoreView;
  readonly #folder: string;
  readonly #root: string;
  readonly #manifest: Manifest;
  readonly #durableLsn: () => number;
  readonly #events: MergeEvents;
  readonly #clock: RetentionClock;
  readonly #files: FileSet;
  /** Files that must not be merged, and are to be set aside. */
  readonly #damaged = new Map<string, Error>();
  /** Damaged files that are not live any more and wait for the last reader. */
  #leaving: { file: string; epoch: number }[] = [];
  /** Files that are not live any more and wait for the last reader. */
  #unlinking: { file: string; epoch: number }[] = [];
  /** When a job that failed may be tried again, by its name. */
  readonly #postponed = new Map<string, number>();
  /** Shards of which series were deleted, and the files that may have much of those. */
  readonly #deletedShards = new Set<number>();
  readonly #suspects = new Set<string>();
  #job: Job | CleanJob | null = null;
  #running: Generator<Turn> | null = null;
  #retryAt = Number.NEGATIVE_INFINITY;
  #lookAt = Number.NEGATIVE_INFINITY;
  #kept: KeptSeconds | null = null;
  #keptLookAt = Number.NEGATIVE_INFINITY;
  /** What goes when retentions that were shortened begin to count; null for nothing. */
  held: { files: number; bytes: number; until: number } | null = null;
  readonly #reachOf: ReachOf = (step, retention, until) =>
    reachOf(this.#view.plans, step, retention, until);
  /** Why the last attempt failed; null after one that did not. */
  failure: Error | null = null;
  merges = 0;
  rollUps = 0;
  cleanedFiles = 0;
  rescuedFiles = 0;
  expiredFiles = 0;
  bytesWritten = 0;

  constructor(
    env: Environment,
    view: StoreView,
    folder: string,
    manifest: Manifest,
    durableLsn: () => number,
    events: MergeEvents,
  ) {
    this.#env = env;
    this.#view = view;
    this.#folder = folder;
    this.#root = `${folder}/${STATFILE_FOLDER}`;
    this.#manifest = manifest;
    this.#durableLsn = durableLsn;
    this.#events = events;
    this.#clock = new RetentionClock(env.clock);
    this.#files = new FileSet(env.files, this.#root, (file, error) => this.#breakFile(file, error));
    this.#files.add(manifest.files);
    this.deleted(view.series.shardsWithDeleted());
  }

  /** Why nothing is merged at present; null when there is room. */
  spaceProblem: string | null = null;

  /** Why nothing expires at present; null when all is well. */
  get clockProblem(): string | null {
    return this.#clock.problem;
  }

  /** Takes in files that were sealed. */
  added(entries: readonly FileEntry[]): void {
    this.#files.add(entries);
    this.#lookAt = Number.NEGATIVE_INFINITY;
  }

  /** Series of these shards were deleted: files that are not merged any more are looked through. */
  deleted(shards: readonly number[]): void {
    for (const shard of shards) this.#deletedShards.add(shard);
    this.#suspect(this.#manifest.files, new Set(shards));
    this.#lookAt = Number.NEGATIVE_INFINITY;
  }

  /** "more": call again soon; "wait": nothing can be done now; "idle": nothing is to be done. */
  step(): "more" | "wait" | "idle" {
    this.#unlink();
    const now = this.#env.clock.monotonicMs();
    if (this.#running === null && (now < this.#retryAt || now < this.#lookAt)) return "wait";
    try {
      this.#running ??= this.#begin(now);
      const turn = this.#running?.next();
      if (turn !== undefined && turn.done !== true) return turn.value ?? "more";
    } catch (error) {
      if (isCrash(error)) throw error;
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.#retryAt = now + PAUSE_MS;
      if (this.#job !== null) this.#postponed.set(nameOf(this.#job), now + RETRY_MS);
      this.#running = null;
      return "wait";
    }
    const isIdle = this.#running === null;
    this.#running = null;
    if (this.#postponed.size === 0) this.failure = null;
    if (isIdle) this.#lookAt = now + LOOK_MS;
    return isIdle ? "idle" : "more";
  }

  close(): void {
    this.#files.close();
  }

  /** Starts the next job; null when there is none. */
  #begin(monotonicMs: number): Generator<Turn> | null {
    this.#job = null;
    this.#view.plans.refresh();
    for (const [name, retryAt] of this.#postponed) {
      if (retryAt <= monotonicMs) this.#postponed.delete(name);
    }
    const now = Math.floor(this.#env.clock.wallMs() / 1000);
    this.#expire();
    if (this.#isShortOfSpace()) return this.#suspects.size === 0 ? null : this.#cleanNext(now);
    const sick = this.#nextDamaged();
    if (sick !== null) return this.#rescue(sick.entry, sick.error);
    const job = nextJob(this.#manifest.files, now, (one) => this.#isBlocked(one), this.#reachOf);
    this.#job = job;
    if (job === null) return this.#suspects.size === 0 ? null : this.#cleanNext(now);
    if (job.kind === "rollUp") return this.#rollUp(job, now);
    return this.#merge(job);
  }

  #isBlocked(job: Job | CleanJob): boolean {
    if (this.#postponed.has(nameOf(job))) return true;
    const entries = job.kind === "merge" ? [...job.inputs, ...job.earlier] : job.inputs;
    return entries.some(({ file }) => this.#damaged.has(file));
  }

  /** Somebody found this file damaged: it is looked at as a whole. */
  *examine(file: string): Generator<number> {
    const entry = this.#manifest.get(file);
    if (entry === undefined || this.#damaged.has(file)) return;
    let reader: StatFileReader | null = null;
    try {
      reader = StatFileReader.open(this.#env.files, `${this.#root}/${file}`, entry);
      yield* reader.verify();
    } catch (error) {
      // It may have been merged meanwhile.
      if (!isDamage(error)) throw error;
      if (this.#manifest.has(file)) this.#breakFile(file, error as Error);
    } finally {
      reader?.close();
    }
  }

  /** What has expired goes all the same, and what was deleted: that gives room. */
  #isShortOfSpace(): boolean {
    const free = this.#env.files.freeShare(this.#folder);
    const isShort = free < MIN_FREE_FOR_MERGES;
    const least = MIN_FREE_FOR_MERGES * 100;
    this.spaceProblem = isShort
      ? `less than ${least} % of the disk is free: nothing is merged until there is more`
      : null;
    return isShort;
  }

  #nextDamaged(): { entry: FileEntry; error: Error } | null {
    for (const [file, error] of this.#damaged) {
      const entry = this.#manifest.get(file);
      if (entry === undefined) this.#damaged.delete(file);
      else if (!this.#postponed.has(rescueName(entry))) return { entry, error };
    }
    return null;
  }

  /** Sets a damaged file aside; what is whole of it takes its place. */
  *#rescue(entry: FileEntry, error: Error): Generator<Turn> {
    this.#postponed.set(rescueName(entry), this.#env.clock.monotonicMs() + RETRY_MS);
    const { file } = entry;
    const out = this.#output(nextName(file, "rescued"), entry.lsn, () => entry.level);
    let reader: StatFileReader | null = null;
    let lostBlocks: number | null = null;
    try {
      try {
        reader = StatFileReader.open(this.#env.files, `${this.#root}/${file}`, entry);
      } catch (cause) {
        if (!isDamage(cause)) throw cause;
      }
      if (reader !== null) {
        const others = (from: number, until: number): Part[] =>
          fileParts(this.#files, from, until).filter(
            (part) => part.kind !== "file" || part.entry.file !== file,
          );
        const tiers = new TierReader(this.#view, this.#files);
        lostBlocks = yield* salvageFile(this.#view, reader, tiers, others, out);
      }
      if (lostBlocks === 0) {
        // It stood beside a damaged one, or could not be read for a moment.
        out.abandon();
        this.#files.remove([file]);
        this.#files.add([entry]);
        this.#damaged.delete(file);
        return;
      }
      const add = out.finish().map(({ file: name, bytes, footerCrc }) => ({
        ...entry,
        file: name,
        bytes,
        footerCrc,
      }));
      yield* this.#untilDurable();
      const since = Math.floor(this.#env.clock.wallMs() / 1000);
      const whole = { ...entry, reason: error.message, since, lostBlocks };
      // Roll-ups that are gone as a whole are written again from what is finer.
      const again = reader === null ? this.#finerThan(entry) : [];
      this.#manifest.commit({ add: [...add, ...again], quarantine: [whole] });
      for (const one of add) this.bytesWritten += one.bytes;
      this.#files.add([...add, ...again]);
      this.#files.remove([file]);
      this.#events.changed([...add, ...again], [file]);
      this.#leaving.push({ file, epoch: this.#view.epochs.advance() });
      this.#damaged.delete(file);
      this.#postponed.delete(rescueName(entry));
      this.rescuedFiles++;
    } catch (cause) {
      if (!isCrash(cause)) out.abandon();
      throw cause;
    } finally {
      reader?.close();
    }
  }

  /** Files of finer tiers whose roll-ups may have been in a file, to be rolled up again. */
  #finerThan({ step, from, until }: FileEntry): FileEntry[] {
    return [...this.#manifest.files]
      .filter((one) => one.step < step && one.from < until && one.until > from && one.isRolledUp)
      .map((one) => ({ ...one, isRolledUp: one.imported !== undefined }));
  }

  /** Files that are still to be merged are not looked through. */
  #suspect(entries: Iterable<FileEntry>, shards: ReadonlySet<number>): void {
    if (shards.size === 0) return;
    for (const { file, level, shard, imported } of entries) {
      const isMerged = level > 0 || imported !== undefined;
      if (isMerged && (shard === null || shards.has(shard))) this.#suspects.add(file);
    }
  }

  /** Looks through a file that may have much of deleted series, and writes it again if it has. */
  *#cleanNext(now: number): Generator<Turn> {
    for (const entry of this.#manifest.files) {
      if (!this.#suspects.has(entry.file)) continue;
      const job: CleanJob = { kind: "clean", span: entry, inputs: [entry] };
      if (this.#isBlocked(job)) continue;
      this.#job = job;
      this.#suspects.delete(entry.file);
      if (entry.imported === undefined && isMergedWithin(entry, now, CLEAN_SECONDS)) return;
      const reader = StatFileReader.open(this.#env.files, `${this.#root}/${entry.file}`, entry);
      try {
        if (deadShare(reader, this.#view) <= MAX_DEAD_SHARE) return;
        // It stays one until it is done, so that it is tried again after a full disk.
        this.#suspects.add(entry.file);
        yield* this.#clean(job, reader);
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.#suspects.delete(entry.file);
        this.#files.breakFile(entry, error);
      } finally {
        reader.close();
      }
      return;
    }
    this.#suspects.clear();
  }

  *#merge(job: MergeJob): Generator<Turn> {
    const { level, span, isFinal } = job;
    let inputs: MergeInputs;
    try {
      inputs = new MergeInputs(this.#env.files, this.#root, job);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#setAside(job, error);
      return;
    }
    const { lsn } = inputs;
    const name = `merge-${level}-${span.from}-${lsn}`;
    const out = this.#output(name, lsn, () => level);
    try {
      for (const _ of mergeFiles(this.#view, inputs, out, isFinal)) yield undefined;
      const add = out.finish();
      yield* this.#untilDurable();
      this.#commit(
        add,
        inputs.entries.map(({ file }) => file),
      );
      this.merges++;
    } catch (error) {
      if (!isCrash(error)) out.abandon();
      if (!isDamage(error)) throw error;
      this.#setAside(job, error);
    } finally {
      inputs.close();
    }
  }

  /** The new file takes the old one's place in every respect. */
  *#clean({ inputs: [entry] }: CleanJob, reader: StatFileReader): Generator<Turn> {
    const out = this.#output(nextName(entry.file, "clean"), entry.lsn, () => entry.level);
    try {
      yield* cleanFile(this.#view, reader, out);
      const add = out.finish().map(({ file, bytes, footerCrc }) => ({
        ...entry,
        file,
        bytes,
        footerCrc,
      }));
      yield* this.#untilDurable();
      this.#commit(add, [entry.file]);
      this.cleanedFiles++;
    } catch (error) {
      if (!isCrash(error)) out.abandon();
      throw error;
    }
  }

  *#rollUp(job: RollUpJob, now: number): Generator<Turn> {
    const { span, inputs } = job;
    const lsn = this.#manifest.highestLsn;
    const { step, retention } = inputs[0]!;
    const name = `${ROLL_UP_PREFIX}${step}-${retention}-${span.from}-${lsn}`;
    const out = this.#output(name, lsn, (tier) => coveredLevel(tier.step, tier.retention, span));
    try {
      for (const _ of rollUpFiles(this.#view, this.#files, inputs, span, now, lsn, out))
        yield undefined;
      const add = out.finish();
      yield* this.#untilDurable();
      this.#commit([...add, ...inputs.map((entry) => ({ ...entry, isRolledUp: true }))], []);
      this.rollUps++;
    } catch (error) {
      if (!isCrash(error)) out.abandon();
      throw error;
    }
  }

  /** Deleted series were left out: that must not be undone by a power cut. */
  *#untilDurable(): Generator<Turn> {
    const { deletedLsn } = this.#view.series;
    while (this.#durableLsn() <= deletedLsn) yield "wait";
  }

  #output(name: string, lsn: number, levelOf: (tier: Tier) => number): SectionFiles {
    return new SectionFiles(this.#env, this.#root, {
      name,
      lsn,
      levelOf,
      encode: encodeColumnDense,
      isTaken: (file) =>
        this.#manifest.has(file) ||
        this.#manifest.wasRemoved(file) ||
        this.#manifest.isQuarantined(file) ||
        this.#unlinking.some((waiting) => waiting.file === file),
    });
  }

  #commit(add: readonly FileEntry[], remove: readonly string[]): void {
    const known = new Set([...this.#manifest.files].map(({ file }) => file));
    this.#manifest.commit({ add, remove });
    for (const entry of add) if (!known.has(entry.file)) this.bytesWritten += entry.bytes;
    this.#files.add(add);
    this.#files.remove(remove);
    for (const file of remove) this.#suspects.delete(file);
    // A series may have been deleted when its block was written already.
    this.#suspect(
      add.filter(({ file }) => !known.has(file)),
      this.#deletedShards,
    );
    this.#events.changed(add, remove);
    // Whoever pins an epoch from now on has been told.
    const epoch = this.#view.epochs.advance();
    for (const file of remove) this.#unlinking.push({ file, epoch });
  }

  #expire(): void {
    const now = this.#clock.now(this.#manifest.files);
    if (now === null) return;
    const isLost = (file: string): boolean => this.#damaged.has(file);
    const kept = this.#keptAt(now, isLost);
    const old = expired(this.#manifest.files, now, this.#reachOf, isLost, (entry) =>
      kept.of(entry),
    );
    const remove = old.map(({ file }) => file);
    if (remove.length === 0) return;
    this.#commit([], remove);
    this.expiredFiles += remove.length;
  }

  #keptAt(now: number, isLost: (file: string) => boolean): KeptSeconds {
    const monotonicMs = this.#env.clock.monotonicMs();
    if (this.#kept !== null && monotonicMs < this.#keptLookAt) return this.#kept;
    this.#keptLookAt = monotonicMs + KEPT_LOOK_MS;
    const kept = new KeptSeconds(this.#view.series, now);
    this.#kept = kept;
    this.held = null;
    if (kept.heldUntil === null) return kept;
    const later = expired(this.#manifest.files, now, this.#reachOf, isLost, (entry) =>
      kept.laterOf(entry),
    );
    const bytes = later.reduce((sum, entry) => sum + entry.bytes, 0);
    if (later.length > 0) this.held = { files: later.length, bytes, until: kept.heldUntil };
    return kept;
  }

  #unlink(): void {
    this.#leaving = this.#leaving.filter(({ file, epoch }) => {
      if (!this.#view.epochs.isFree(epoch)) return true;
      try {
        setAside(this.#env.files, this.#folder, file);
      } catch (error) {
        if (isCrash(error)) throw error;
        // The next start moves it: the manifest knows that it was set aside.
      }
      return false;
    });
    if (this.#unlinking.length === 0) return;
    this.#unlinking = this.#unlinking.filter(({ file, epoch }) => {
      if (!this.#view.epochs.isFree(epoch)) return true;
      try {
        this.#env.files.unlink(`${this.#root}/${file}`);
      } catch (error) {
        if (isCrash(error)) throw error;
        // The next start removes it: the manifest knows that it was removed.
      }
      return false;
    });
  }

  #breakFile(file: string, error: Error): void {
    if (isDamage(error)) {
      this.#damaged.set(file, error);
      this.#lookAt = Number.NEGATIVE_INFINITY;
    }
    this.#events.damaged(file, error);
  }

  /** A damaged file is not consumed: its job is not tried again, and what is whole stays readable. */
  #setAside(job: MergeJob, error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    const entries = [...job.inputs, ...job.earlier];
    const named = entries.filter(({ file }) => reason.message.includes(file));
    for (const { file } of named.length > 0 ? named : entries) {
      if (!this.#damaged.has(file)) this.#breakFile(file, reason);
    }
  }
}

function reachOf(plans: PlanTable, step: number, retention: number, until: number): number {
  let reach = until;
  for (let number = 0; number < plans.count; number++) {
    const [finest, ...coarser] = plans.get(number).tiers;
    if (finest?.step !== step || finest.retention !== retention) continue;
    for (const tier of coarser) {
      if (tier.lambda === 0) reach = Math.max(reach, Math.ceil(until / tier.step) * tier.step);
    }
  }
  return reach;
}

function nameOf(job: Job | CleanJob): string {
  const [{ step, retention } = { step: 0, retention: 0 }] = job.inputs;
  const level = job.kind === "merge" ? job.level : 0;
  return `${job.kind} ${step} ${retention} ${level} ${job.span.from}`;
}

function rescueName({ file }: FileEntry): string {
  return `rescue ${file}`;
}

/** Name of the file that takes the place of `file`, without folder and suffix. */
function nextName(file: string, why: "clean" | "rescued"): string {
  const name = file.slice(file.indexOf("/") + 1, -".statfile".length);
  const [, base, number] = new RegExp(`^(.*?)(?:-${why}-(\\d+))?$`).exec(name)!;
  return `${base}-${why}-${Number(number ?? 0) + 1}`;
}
