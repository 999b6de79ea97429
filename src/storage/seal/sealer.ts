import { encodeColumn } from "../codec/column-codec.ts";
import type { Environment } from "../environment.ts";
import { STRAYS_FROZEN, type StrayLog } from "../head/stray-log.ts";
import { CUT, type HeadWindow } from "../head/window.ts";
import type { FileEntry, Manifest, Transaction } from "../manifest.ts";
import type { StoreView } from "../store-memory.ts";
import { isCrash } from "../wal/files.ts";
import { flushStrays } from "./flush-strays.ts";
import { sealWindow } from "./seal-window.ts";
import { SectionFiles } from "./section-files.ts";

/** Whom the sealer tells what is on disk now; readers first, then the owner of the memory. */
export interface SealEvents {
  /** New StatFiles are in the manifest. Readers must know before `sealed` or `flushed` is called. */
  added(entries: readonly FileEntry[]): void;
  sealed(window: number): void;
  flushed(strays: number): void;
}

type Job = { kind: "window" | "strays"; index: number };

/** Milliseconds before a job that failed (a full disk) is tried again. */
const RETRY_MS = 5000;

/**
 * Turns cut windows and frozen stray logs into StatFiles, one after the other. A step machine:
 * `step` does a little and says whether there is more to do.
 *
 * A part gets its manifest line only when the log is durable up to the part's end, so that no log
 * position that a StatFile names can be given to another record after a power cut, and up to the
 * newest delete.
 */
export class Sealer {
  readonly #env: Environment;
  readonly #view: StoreView;
  readonly #root: string;
  readonly #manifest: Manifest;
  readonly #durableLsn: () => number;
  readonly #events: SealEvents;
  readonly #jobs: Job[] = [];
  #running: Generator<"more" | "wait"> | null = null;
  #retryAt = Number.NEGATIVE_INFINITY;
  /** Why the last attempt failed; null after one that did not. */
  failure: Error | null = null;
  sealedWindows = 0;
  flushedStrays = 0;
  bytesWritten = 0;

  constructor(
    env: Environment,
    view: StoreView,
    root: string,
    manifest: Manifest,
    durableLsn: () => number,
    events: SealEvents,
  ) {
    this.#env = env;
    this.#view = view;
    this.#root = root;
    this.#manifest = manifest;
    this.#durableLsn = durableLsn;
    this.#events = events;
  }

  /** Parts that wait to be sealed. */
  get queueLength(): number {
    return this.#jobs.length;
  }

  sealLater(window: number): void {
    this.#jobs.push({ kind: "window", index: window });
  }

  flushLater(strays: number): void {
    this.#jobs.push({ kind: "strays", index: strays });
  }

  /** "more": call again soon; "wait": nothing can be done now; "idle": nothing is to be done. */
  step(): "more" | "wait" | "idle" {
    const job = this.#jobs[0];
    if (job === undefined) return "idle";
    if (this.#running === null) {
      if (this.#env.clock.monotonicMs() < this.#retryAt) return "wait";
      this.#running = this.#run(job);
    }
    try {
      const next = this.#running.next();
      if (next.done !== true) return next.value;
    } catch (error) {
      if (isCrash(error)) throw error;
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.#retryAt = this.#env.clock.monotonicMs() + RETRY_MS;
      this.#running = null;
      return "wait";
    }
    this.failure = null;
    this.#running = null;
    this.#jobs.shift();
    return this.#jobs.length > 0 ? "more" : "idle";
  }

  *#run(job: Job): Generator<"more" | "wait"> {
    const isWindow = job.kind === "window";
    const window = this.#view.windows[job.index]!;
    const strays = this.#view.strays[job.index]!;
    if (isWindow ? window.state !== CUT : strays.state !== STRAYS_FROZEN) return;
    const lsn = isWindow ? window.cutLsn : strays.freezeLsn;
    const name = isWindow ? windowName(window) : `strays-${lsn}`;
    const isTaken = (file: string): boolean => this.#manifest.has(file);
    const traits = { name, lsn, levelOf: () => 0, encode: encodeColumn, isTaken };
    const files = new SectionFiles(this.#env, this.#root, traits);
    try {
      const write = isWindow
        ? sealWindow(this.#view, window, files)
        : flushStrays(this.#view, strays, files, this.#env.clock.wallMs() / 1000);
      for (const _ of write) yield "more";
      const add = files.finish();
      // Deleted series were left out.
      const needed = Math.max(lsn, this.#view.series.deletedLsn);
      while (this.#durableLsn() <= needed) yield "wait";
      this.#manifest.commit(
        isWindow ? sealTransaction(window, add) : strayTransaction(strays, add),
      );
      for (const entry of add) this.bytesWritten += entry.bytes;
      this.#events.added(add);
    } catch (error) {
      if (!isCrash(error)) files.abandon();
      throw error;
    }
    if (isWindow) {
      this.sealedWindows++;
      this.#events.sealed(job.index);
    } else {
      this.flushedStrays++;
      this.#events.flushed(job.index);
    }
  }
}

function windowName(window: HeadWindow): string {
  return `window-${window.start}-${window.seconds}-${window.cutLsn}`;
}

function sealTransaction(window: HeadWindow, add: FileEntry[]): Transaction {
  const { windowClass, index, openLsn, cutLsn } = window;
  return { add, sealed: [{ windowClass, index, openLsn, cutLsn }] };
}

function strayTransaction(strays: StrayLog, add: FileEntry[]): Transaction {
  return { add, strays: [strays.freezeLsn] };
}
