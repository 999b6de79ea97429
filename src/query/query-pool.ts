import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { GraphiteError } from "../model/errors.ts";
import type { EventPosition, NewsOfEvents } from "../model/event-news.ts";
import type { QueryAnswer, QueryJob, QueryRunner } from "../render/query-job.ts";
import { MAX_READERS } from "../storage/store-memory.ts";
import type { Dependencies } from "./footprint.ts";
import type { FromQuery, QueryThreadData, ToQuery } from "./messages.ts";
import type { TagKeeper } from "./tags/tag-keeper.ts";

export interface QueryPoolOptions {
  threads: number;
  /** Everything that a thread needs but its number and its port to the store. */
  data: Omit<QueryThreadData, "reader" | "store">;
  /** Version of all names, those of other stores too. */
  names: { readonly version: number };
  /** Brings the tag index up to date. */
  tags: Pick<TagKeeper, "refresh">;
  /** Gives the store thread its end of a new reader's port. */
  connect(port: MessagePort): void;
  /** What has changed with events since a position; everything without one. */
  eventsSince(position: EventPosition | null): NewsOfEvents;
  /** Ends the pin of a reader that died. */
  unpin(reader: number): void;
  onDamage(file: string, reason: string): void;
  /** A file of another system's store cannot be read. */
  onOutside(path: string, reason: string): void;
  onCrash(error: Error): void;
}

/** An answer, and what it depends on: null for one that may change at any moment, or was not watched. */
export interface WatchedAnswer extends QueryAnswer {
  dependencies: Dependencies | null;
}

interface Task {
  job: QueryJob;
  isWatched: boolean;
  /** When a thread got it, monotonic. */
  startedMs: number;
  signal: AbortSignal;
  resolve(answer: WatchedAnswer): void;
  reject(error: Error): void;
  onAbort: () => void;
  timer: NodeJS.Timeout | null;
}

interface Thread {
  reader: number;
  worker: Worker;
  isReady: boolean;
  task: Task | null;
}

/** One heavy query must never hold up all others. */
const MIN_THREADS = 2;
/** Jobs that wait at most; beyond that a client is told to come back. */
const MAX_QUEUE = 1000;
/** Beyond the job's own limit, after which the thread is ended. */
const GRACE_MS = 2000;
/** What a job may still take once it runs a regular expression whose time has no bound. */
const BACKTRACKING_SECONDS = 2;

/** Query threads on a machine of so many processors: each is a reader of the store's memory. */
export function queryThreadCount(processors: number): number {
  return Math.min(MAX_READERS, Math.max(MIN_THREADS, processors - 1));
}

/**
 * The query threads. A job that is cancelled, or does not end in time, ends with its thread, and a
 * new thread takes its place: that is the only way to stop a thread in the middle of a loop. No
 * pool library tells its threads apart as readers of shared memory, so this one is ours.
 */
export class QueryPool implements QueryRunner {
  readonly #options: QueryPoolOptions;
  readonly #threads: Thread[] = [];
  #queue: Task[] = [];
  #rules: QueryThreadData["rules"];
  #isClosed = false;
  jobs = 0;
  restarts = 0;

  constructor(options: QueryPoolOptions) {
    this.#options = options;
    this.#rules = options.data.rules;
    for (let reader = 0; reader < options.threads; reader++) this.#start(reader);
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  run(job: QueryJob, signal: AbortSignal, isWatched = false): Promise<WatchedAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length >= MAX_QUEUE) {
        reject(new GraphiteError("ERR_NOT_READY", "too many requests wait: try again later"));
        return;
      }
      const task: Task = {
        job,
        isWatched,
        startedMs: 0,
        signal,
        resolve,
        reject,
        onAbort: () => this.#abort(task),
        timer: null,
      };
      if (signal.aborted) {
        reject(new Error("the request was cancelled"));
        return;
      }
      signal.addEventListener("abort", task.onAbort);
      this.#queue.push(task);
      this.#dispatch();
    });
  }

  setRules(rules: QueryThreadData["rules"]): void {
    this.#rules = rules;
    for (const { worker } of this.#threads) worker.postMessage({ kind: "rules", rules } as ToQuery);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const task of this.#queue.splice(0)) {
      this.#settle(task, () => task.reject(new GraphiteError("ERR_NOT_READY", "shutting down")));
    }
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(reader: number): void {
    const { port1, port2 } = new MessageChannel();
    this.#options.connect(port1);
    const workerData: QueryThreadData = {
      ...this.#options.data,
      rules: this.#rules,
      reader,
      store: port2,
    };
    const worker = new Worker(new URL("./query-thread.js", import.meta.url), {
      workerData,
      transferList: [port2],
      name: `query-${reader}`,
    });
    const thread: Thread = { reader, worker, isReady: false, task: null };
    this.#threads[reader] = thread;
    worker.on("message", (message: FromQuery) => this.#onMessage(thread, message));
    worker.on("error", (error) => this.#options.onCrash(error));
    worker.on("exit", () => this.#onExit(thread));
  }

  #onMessage(thread: Thread, message: FromQuery): void {
    if (message.kind === "damage") {
      this.#options.onDamage(message.file, message.reason);
      return;
    }
    if (message.kind === "outside") {
      this.#options.onOutside(message.path, message.reason);
      return;
    }
    if (message.kind === "ready") {
      thread.isReady = true;
      this.#dispatch();
      return;
    }
    if (message.kind === "events-since") {
      const news = this.#options.eventsSince(message.position);
      thread.worker.postMessage({ kind: "events", news } as ToQuery);
      return;
    }
    if (message.kind === "backtracking") {
      if (thread.task !== null) this.#limitBacktracking(thread, thread.task);
      return;
    }
    const { task } = thread;
    thread.task = null;
    if (task !== null) {
      this.#settle(task, () => {
        if (message.kind === "answer") {
          const threadMs = performance.now() - task.startedMs;
          task.resolve({ ...message.answer, threadMs, dependencies: message.dependencies });
        } else if (message.code !== null)
          task.reject(new GraphiteError(message.code, message.message));
        else task.reject(new Error(message.message, { cause: message.stack }));
      });
    }
    this.#dispatch();
  }

  #onExit(thread: Thread): void {
    this.#options.unpin(thread.reader);
    const { task } = thread;
    thread.task = null;
    if (task !== null) {
      this.#settle(task, () =>
        task.reject(new Error("the thread that worked on the request ended")),
      );
    }
    if (this.#isClosed) return;
    this.restarts++;
    this.#start(thread.reader);
  }

  #dispatch(): void {
    for (const thread of this.#threads) {
      if (!thread.isReady || thread.task !== null) continue;
      const task = this.#queue.shift();
      if (task === undefined) return;
      thread.task = task;
      task.startedMs = performance.now();
      this.jobs++;
      const { seconds } = this.#options.data.limits;
      const message = `the request took longer than ${seconds} seconds: ask for less`;
      task.timer = setTimeout(
        () => this.#overtime(thread, task, message),
        seconds * 1000 + GRACE_MS,
      );
      // Before the tag index is told up to where it is asked about.
      const { version } = this.#options.names;
      this.#options.tags.refresh();
      thread.worker.postMessage({
        kind: "job",
        job: task.job,
        isWatched: task.isWatched,
        names: version,
      } as ToQuery);
    }
  }

  #limitBacktracking(thread: Thread, task: Task): void {
    const message = `a regular expression with look-around or back-references took longer than ${BACKTRACKING_SECONDS} seconds: make it simpler`;
    if (task.timer !== null) clearTimeout(task.timer);
    task.timer = setTimeout(
      () => this.#overtime(thread, task, message),
      BACKTRACKING_SECONDS * 1000,
    );
  }

  #overtime(thread: Thread, task: Task, message: string): void {
    this.#settle(task, () => task.reject(new GraphiteError("ERR_LIMIT_SECONDS", message)));
    this.#end(thread);
  }

  #abort(task: Task): void {
    this.#queue = this.#queue.filter((waiting) => waiting !== task);
    this.#settle(task, () => task.reject(new Error("the request was cancelled")));
    const thread = this.#threads.find((one) => one.task === task);
    if (thread !== undefined) this.#end(thread);
  }

  #end(thread: Thread): void {
    thread.task = null;
    thread.isReady = false;
    void thread.worker.terminate();
  }

  #settle(task: Task, how: () => void): void {
    if (task.timer !== null) clearTimeout(task.timer);
    task.signal.removeEventListener("abort", task.onAbort);
    how();
  }
}
