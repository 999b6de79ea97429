import { MIN_FREE_FOR_MERGES } from "../disk-space.ts";
import type { Environment } from "../environment.ts";
import type { FileEntry, Manifest } from "../manifest.ts";
import type { PlanTable } from "../plan.ts";
import { isDamage } from "../read/file-set.ts";
import { STATFILE_FOLDER } from "../store-folder.ts";
import type { StoreView } from "../store-memory.ts";
import { isCrash } from "../wal/files.ts";
import { Cleaner } from "./cleaner.ts";
import { Expiry } from "./expiry.ts";
import { LiveFiles, type Turn } from "./live-files.ts";
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
import { Postponed } from "./postponed.ts";
import { Rescuer } from "./rescuer.ts";
import { rollUpFiles } from "./roll-up-files.ts";
import { coveredLevel } from "./spans.ts";

export interface MergeEvents {
  /** The list of live files has changed; readers must know before the removed ones are unlinked. */
  changed(added: readonly FileEntry[], removed: readonly string[]): void;
  /** A file cannot be read. A damaged one is set aside, and what is whole of it goes on. */
  damaged(file: string, error: Error): void;
}

/** Milliseconds after a job that failed before any other is tried. */
const PAUSE_MS = 5000;
/** Milliseconds between two looks at what there is to do. */
const LOOK_MS = 10_000;

/**
 * Merges StatFiles and writes roll-ups; between two jobs it lets go of what has expired, rescues what
 * is whole of damaged files, and cleans files of deleted series. A step machine like the sealer:
 * `step` does a little and says whether there is more to do. A job is one line of the manifest, so
 * one that is killed leaves nothing half-done.
 *
 * It must not run while a part of the log waits to be sealed: a merged file is as new as the newest
 * position in it, so all older parts must be files by then.
 */
export class Merger {
  readonly #env: Environment;
  readonly #view: StoreView;
  readonly #root: string;
  readonly #live: LiveFiles;
  readonly #events: MergeEvents;
  readonly #postponed: Postponed;
  readonly #cleaner: Cleaner;
  readonly #rescuer: Rescuer;
  readonly #expiry: Expiry;
  #job: Job | CleanJob | null = null;
  #running: Generator<Turn> | null = null;
  #retryAt = Number.NEGATIVE_INFINITY;
  #lookAt = Number.NEGATIVE_INFINITY;
  readonly #reachOf: ReachOf = (step, retention, until) =>
    reachOf(this.#view.plans, step, retention, until);
  /** Why the last attempt failed; null after one that did not. */
  failure: Error | null = null;
  /** Why nothing is merged at present; null when there is room. */
  spaceProblem: string | null = null;
  merges = 0;
  rollUps = 0;

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
    this.#root = `${folder}/${STATFILE_FOLDER}`;
    this.#events = events;
    this.#postponed = new Postponed(env.clock);
    this.#live = new LiveFiles(env, view, folder, manifest, durableLsn, {
      changed: (added, removed) => events.changed(added, removed),
      damaged: (file, error) => this.#breakFile(file, error),
      written: (entries) => this.#cleaner.written(entries),
    });
    this.#cleaner = new Cleaner(this.#live, view);
    this.#rescuer = new Rescuer(this.#live, view, env.clock, this.#postponed);
    this.#expiry = new Expiry(env, view, this.#live, this.#reachOf, (file) =>
      this.#rescuer.isDamaged(file),
    );
    this.deleted(view.series.shardsWithDeleted());
  }

  get cleanedFiles(): number {
    return this.#cleaner.cleanedFiles;
  }

  get rescuedFiles(): number {
    return this.#rescuer.rescuedFiles;
  }

  get expiredFiles(): number {
    return this.#expiry.expiredFiles;
  }

  get bytesWritten(): number {
    return this.#live.bytesWritten;
  }

  /** What goes when retentions that were shortened begin to count; null for nothing. */
  get held(): Expiry["held"] {
    return this.#expiry.held;
  }

  /** Why nothing expires at present; null when all is well. */
  get clockProblem(): string | null {
    return this.#expiry.problem;
  }

  /** Takes in files that were sealed. */
  added(entries: readonly FileEntry[]): void {
    this.#live.set.add(entries);
    this.#lookAt = Number.NEGATIVE_INFINITY;
  }

  /** Series of these shards were deleted. */
  deleted(shards: readonly number[]): void {
    this.#cleaner.deleted(shards);
    this.#lookAt = Number.NEGATIVE_INFINITY;
  }

  /** Somebody found this file damaged: it is looked at as a whole. */
  examine(file: string): Generator<number> {
    return this.#rescuer.examine(file);
  }

  /** "more": call again soon; "wait": nothing can be done now; "idle": nothing is to be done. */
  step(): "more" | "wait" | "idle" {
    this.#live.letGo();
    const now = this.#env.clock.monotonicMs();
    if (this.#running === null && (now < this.#retryAt || now < this.#lookAt)) return "wait";
    try {
      this.#running ??= this.#begin();
      const turn = this.#running?.next();
      if (turn !== undefined && turn.done !== true) return turn.value ?? "more";
    } catch (error) {
      if (isCrash(error)) throw error;
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.#retryAt = now + PAUSE_MS;
      if (this.#job !== null) this.#postponed.add(nameOf(this.#job));
      this.#running = null;
      return "wait";
    }
    const isIdle = this.#running === null;
    this.#running = null;
    if (this.#postponed.isEmpty) this.failure = null;
    if (isIdle) this.#lookAt = now + LOOK_MS;
    return isIdle ? "idle" : "more";
  }

  close(): void {
    this.#live.close();
  }

  /** Starts the next job; null when there is none. What has expired or was deleted goes also on a full disk. */
  #begin(): Generator<Turn> | null {
    this.#job = null;
    this.#view.plans.refresh();
    this.#postponed.refresh();
    const now = Math.floor(this.#env.clock.wallMs() / 1000);
    const isBlocked = (job: Job | CleanJob): boolean => this.#isBlocked(job);
    this.#expiry.run();
    if (!this.#isShortOfSpace()) {
      const damaged = this.#rescuer.next();
      if (damaged !== null) return this.#rescuer.run(damaged);
      const job = nextJob(this.#live.entries, now, isBlocked, this.#reachOf);
      this.#job = job;
      if (job?.kind === "rollUp") return this.#rollUp(job, now);
      if (job !== null) return this.#merge(job);
    }
    const job = this.#cleaner.next(isBlocked);
    this.#job = job;
    return job === null ? null : this.#cleaner.run(job, now);
  }

  #isBlocked(job: Job | CleanJob): boolean {
    if (this.#postponed.has(nameOf(job))) return true;
    const entries = job.kind === "merge" ? [...job.inputs, ...job.earlier] : job.inputs;
    return entries.some(({ file }) => this.#rescuer.isDamaged(file));
  }

  #isShortOfSpace(): boolean {
    const isShort = this.#live.freeShare < MIN_FREE_FOR_MERGES;
    const least = MIN_FREE_FOR_MERGES * 100;
    this.spaceProblem = isShort
      ? `less than ${least} % of the disk is free: nothing is merged until there is more`
      : null;
    return isShort;
  }

  *#merge(job: MergeJob): Generator<Turn> {
    const live = this.#live;
    const { level, span, isFinal } = job;
    let inputs: MergeInputs;
    try {
      inputs = new MergeInputs(this.#env.files, this.#root, job);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#breakInputs(job, error);
      return;
    }
    const { lsn } = inputs;
    const out = live.output(`merge-${level}-${span.from}-${lsn}`, lsn, () => level);
    try {
      for (const _ of mergeFiles(this.#view, inputs, out, isFinal)) yield undefined;
      const add = out.finish();
      yield* live.untilDurable();
      live.commit(
        add,
        inputs.entries.map(({ file }) => file),
      );
      this.merges++;
    } catch (error) {
      if (!isCrash(error)) out.abandon();
      if (!isDamage(error)) throw error;
      this.#breakInputs(job, error);
    } finally {
      inputs.close();
    }
  }

  *#rollUp({ span, inputs }: RollUpJob, now: number): Generator<Turn> {
    const live = this.#live;
    const lsn = live.manifest.highestLsn;
    const { step, retention } = inputs[0]!;
    const name = `${ROLL_UP_PREFIX}${step}-${retention}-${span.from}-${lsn}`;
    const out = live.output(name, lsn, (tier) => coveredLevel(tier.step, tier.retention, span));
    try {
      for (const _ of rollUpFiles(this.#view, live.set, inputs, span, now, lsn, out))
        yield undefined;
      const add = out.finish();
      yield* live.untilDurable();
      live.commit([...add, ...inputs.map((entry) => ({ ...entry, isRolledUp: true }))], []);
      this.rollUps++;
    } catch (error) {
      if (!isCrash(error)) out.abandon();
      throw error;
    }
  }

  #breakFile(file: string, error: Error): void {
    if (isDamage(error)) {
      this.#rescuer.damaged(file, error);
      this.#lookAt = Number.NEGATIVE_INFINITY;
    }
    this.#events.damaged(file, error);
  }

  /** A damaged file is not consumed: its job is not tried again, and what is whole stays readable. */
  #breakInputs(job: MergeJob, error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    const entries = [...job.inputs, ...job.earlier];
    const named = entries.filter(({ file }) => reason.message.includes(file));
    for (const { file } of named.length > 0 ? named : entries) {
      if (!this.#rescuer.isDamaged(file)) this.#breakFile(file, reason);
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
  if (job.kind === "clean") return `clean ${job.inputs[0].file}`;
  const [{ step, retention } = { step: 0, retention: 0 }] = job.inputs;
  const level = job.kind === "merge" ? job.level : 0;
  return `${job.kind} ${step} ${retention} ${level} ${job.span.from}`;
}
