import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { resolve } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { FastifyInstance } from "fastify";
import cron from "node-cron";
import type { Logger } from "pino";
import { loadRules } from "../config/rules.ts";
import type { Settings } from "../config/settings.ts";
import { buildServer } from "../http/server.ts";
import type { FromIngest, IngestThreadData, RecoveredStore, ToIngest } from "../ingest/messages.ts";
import { addressText } from "../ingest/tcp-receiver.ts";
import { QueryPool } from "../query/query-pool.ts";
import { PAGE_BYTES } from "../storage/head/page-pool.ts";
import { NameIndex, type NameIndexMemory } from "../storage/index/name-index.ts";
import { lockFolder } from "../storage/lock.ts";
import { ReaderEpochs, reserveStoreMemory, type StoreMemory } from "../storage/store-memory.ts";
import type {
  StoreThreadData,
  ThreadDamage,
  ThreadReport,
  WalThreadData,
} from "../storage/threads/messages.ts";
import { prometheusText } from "./self-metrics.ts";
import { logStart } from "./start-log.ts";
import { VERSION } from "./version.ts";

/** Memory of the log that waits for the disk: what a stalled disk can hold back. */
const RING_BYTES = 64 << 20;
const MIN_HEAD_BYTES = 256 << 20;
const MAX_HEAD_BYTES = 8 * 2 ** 30;
/** One heavy query must never hold up all others. */
const MIN_QUERY_THREADS = 2;
const LIMITS = { maxSeries: 100_000, maxDatapoints: 50_000_000, seconds: 60 };

/** Runs the server until a signal ends it; returns the exit status. */
export async function serve(settings: Settings, log: Logger): Promise<number> {
  const folder = resolve(settings.dataDir);
  let unlock: () => void;
  try {
    loadRules(settings);
    mkdirSync(folder, { recursive: true });
    unlock = lockFolder(folder);
  } catch (error) {
    log.fatal(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const server = new Server(settings, folder, log);
  try {
    return await server.run();
  } finally {
    unlock();
  }
}

type State = "recovering" | "ready" | "shutting down";

/** The main thread's side: starts the threads in order, supervises them, and ends them. */
class Server {
  readonly #settings: Settings;
  readonly #folder: string;
  readonly #log: Logger;
  readonly #memory: StoreMemory;
  readonly #names: NameIndexMemory;
  readonly #ring = new SharedArrayBuffer(RING_BYTES);
  readonly #durable = new SharedArrayBuffer(8);
  readonly #epochs: ReaderEpochs;
  #state: State = "recovering";
  #numbers: Record<string, number> = {};
  #refusals: [string, number][] = [];
  readonly #failures = new Map<string, string>();
  readonly #damage: string[] = [];
  #ingest: Worker | null = null;
  #others: Worker[] = [];
  #store: Worker | null = null;
  #pool: QueryPool | null = null;
  #http: FastifyInstance | null = null;
  #finish: ((status: number) => void) | null = null;

  constructor(settings: Settings, folder: string, log: Logger) {
    this.#settings = settings;
    this.#folder = folder;
    this.#log = log;
    const { memory, names } = reserve(settings.maxSeries, log);
    this.#memory = memory;
    this.#names = names;
    this.#epochs = new ReaderEpochs(memory.epochs);
  }

  async run(): Promise<number> {
    const finished = new Promise<number>((done) => {
      this.#finish = done;
    });
    process.on("SIGTERM", () => void this.#shutDown(0));
    process.on("SIGINT", () => void this.#shutDown(0));
    process.on("SIGHUP", () => this.#reload());
    try {
      const [walPort, ingestWalPort] = channel();
      const [storePort, ingestStorePort] = channel();
      const http = await this.#startHttp();
      const listening = this.#startIngest(ingestWalPort, ingestStorePort, walPort, storePort);
      const addresses = await listening;
      this.#state = "ready";
      const task = cron.schedule("0 * * * *", () => this.#logNumbers());
      void finished.then(() => task.stop());
      const listen = { ...(http === null ? {} : { http }), ...addresses };
      logStart(this.#log, this.#settings, listen);
      process.stdout.write(`${JSON.stringify({ event: "ready", pid: process.pid, listen })}\n`);
    } catch (error) {
      this.#log.fatal(error instanceof Error ? error.message : String(error));
      await this.#shutDown(1);
    }
    return finished;
  }

  /** HTTP answers from the start, so that /health can say "recovering". */
  async #startHttp(): Promise<string | null> {
    const { http } = this.#settings;
    if (http === null) return null;
    this.#http = await buildServer({
      queries: {
        run: (job, signal) => {
          if (this.#pool === null || this.#state !== "ready") {
            return Promise.reject(Object.assign(new Error(this.#state), { statusCode: 503 }));
          }
          return this.#pool.run(job, signal);
        },
      },
      health: () => ({
        isReady: this.#state === "ready",
        state: this.#state,
        degraded: [...this.#failures].map(([what, why]) => `${what}: ${why}`),
        version: VERSION,
        details: { damage: this.#damage, series: this.#numbers.series ?? 0 },
      }),
      selfMetrics: () => prometheusText(this.#allNumbers(), this.#refusals),
      log: this.#log,
    });
    try {
      await this.#http.listen({ host: http.host, port: http.port });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`--http-listen ${http.host}:${http.port} cannot be opened: ${reason}`);
    }
    return addressText(this.#http.server.address());
  }

  #startIngest(
    wal: MessagePort,
    store: MessagePort,
    walPort: MessagePort,
    storePort: MessagePort,
  ): Promise<Record<string, string>> {
    const { carbon, pickle, istat, retention, schemas, aggregation, whitelist, blacklist } =
      this.#settings;
    const workerData: IngestThreadData = {
      memory: this.#memory,
      names: this.#names,
      ring: this.#ring,
      folder: this.#folder,
      files: { schemas, aggregation, whitelist, blacklist },
      istatRetention: retention,
      carbon,
      pickle,
      istat,
      wal,
      store,
    };
    const ingest = new Worker(new URL("../ingest/ingest-thread.js", import.meta.url), {
      workerData,
      transferList: [wal, store],
      name: "ingest",
    });
    this.#ingest = ingest;
    this.#supervise(ingest, "ingest");
    return new Promise((resolve, reject) => {
      ingest.on("message", (message: FromIngest) => {
        if (message.kind === "recovered") this.#startStore(message.store, walPort, storePort);
        else if (message.kind === "listening") resolve(message.addresses);
        else if (message.kind === "failed") reject(new Error(message.reason));
        else this.#onIngest(message);
      });
      ingest.once("error", reject);
    });
  }

  #startStore(store: RecoveredStore, walPort: MessagePort, storePort: MessagePort): void {
    const { damage, walFiles: _files, storeId: _id, ...facts } = store;
    this.#log.info(facts, "recovered");
    for (const { file, offset, reason } of damage) {
      this.#damage.push(`${file} at ${offset}: ${reason}`);
      this.#log.error({ file, offset, reason }, "damaged file: this piece is left out");
    }
    const walData: WalThreadData = {
      ring: this.#ring,
      durable: this.#durable,
      folder: this.#folder,
      storeId: store.storeId,
      timeline: store.timeline,
      files: store.walFiles,
      endLsn: store.logEndLsn,
      syncMs: this.#settings.walSyncMs,
      ingest: walPort,
    };
    const storeData: StoreThreadData = {
      memory: this.#memory,
      durable: this.#durable,
      folder: this.#folder,
      catalogueBytes: store.catalogueBytes,
      ingest: storePort,
    };
    const wal = new Worker(new URL("../storage/threads/wal-thread.js", import.meta.url), {
      workerData: walData,
      transferList: [walPort],
      name: "wal",
    });
    const storeThread = new Worker(new URL("../storage/threads/store-thread.js", import.meta.url), {
      workerData: storeData,
      transferList: [storePort],
      name: "store",
    });
    this.#store = storeThread;
    this.#others = [wal, storeThread];
    this.#supervise(wal, "wal");
    this.#supervise(storeThread, "store");
    for (const worker of this.#others) {
      worker.on("message", (message: ThreadReport | ThreadDamage) => {
        if (message.kind === "report") this.#onReport(message);
        else this.#onDamage(message.file, message.reason);
      });
    }
    this.#pool = new QueryPool({
      threads: Math.max(MIN_QUERY_THREADS, availableParallelism() - 1),
      data: {
        memory: this.#memory,
        names: this.#names,
        folder: this.#folder,
        timeZone: this.#settings.timeZone,
        limits: LIMITS,
        rules: this.#ruleTexts(),
      },
      connect: (port) => storeThread.postMessage({ reader: port }, [port]),
      unpin: (reader) => this.#epochs.unpin(reader),
      onDamage: (file, reason) => this.#onDamage(file, reason),
      onCrash: (error) => this.#log.error({ err: error }, "a query thread crashed"),
    });
  }

  #onIngest(message: FromIngest): void {
    if (message.kind === "log") this.#log[message.level](message.fields, message.message);
    else if (message.kind === "reloaded") this.#onReloaded();
    else if (message.kind === "report") {
      Object.assign(this.#numbers, message.numbers);
      this.#refusals = message.refusals;
    } else if (message.kind === "closed") {
      if (message.walFailure !== null)
        this.#log.error({ reason: message.walFailure }, "log not synced");
      void this.#finishShutDown(message.walFailure === null ? 0 : 1);
    }
  }

  /** Several threads may find the same file damaged. */
  #onDamage(file: string, reason: string): void {
    const line = `${file}: ${reason}`;
    if (this.#damage.includes(line)) return;
    this.#damage.push(line);
    this.#log.error({ file, reason }, "damaged file: it is left out");
  }

  #onReport({ thread, failure, numbers }: ThreadReport): void {
    Object.assign(this.#numbers, numbers);
    const before = this.#failures.get(thread);
    if (failure === null) {
      if (this.#failures.delete(thread)) this.#log.info({ thread }, "recovered from a failure");
    } else if (before !== failure) {
      this.#failures.set(thread, failure);
      this.#log.error({ thread, reason: failure }, "degraded: data stay in memory until this ends");
    }
  }

  /** A thread that holds the store's state ends the process: the next start recovers from disk. */
  #supervise(worker: Worker, name: string): void {
    worker.on("error", (error) => {
      this.#log.fatal({ err: error }, `the ${name} thread failed`);
      void this.#finishShutDown(1);
    });
    worker.on("exit", () => {
      if (this.#state === "shutting down") return;
      this.#log.fatal(`the ${name} thread ended`);
      void this.#finishShutDown(1);
    });
  }

  #reload(): void {
    this.#log.info("SIGHUP: rereading the configuration");
    this.#ingest?.postMessage({ kind: "reload" } satisfies ToIngest);
  }

  /** The ingest thread has read the files anew; queries follow. */
  #onReloaded(): void {
    try {
      this.#pool?.setRules(this.#ruleTexts());
      this.#log.info("configuration reloaded");
    } catch (error) {
      this.#log.error({ err: error }, "queries keep the old rules");
    }
  }

  #ruleTexts(): { schemas: string | null; aggregation: string | null } {
    const read = (path: string | null): string | null =>
      path === null ? null : readFileSync(path, "utf8");
    return { schemas: read(this.#settings.schemas), aggregation: read(this.#settings.aggregation) };
  }

  #allNumbers(): Record<string, number> {
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      ...this.#numbers,
      query_jobs: this.#pool?.jobs ?? 0,
      query_queue: this.#pool?.queueLength ?? 0,
      query_thread_restarts: this.#pool?.restarts ?? 0,
      resident_memory_bytes: rss,
      cpu_seconds: (user + system) / 1e6,
      degraded: this.#failures.size,
    };
  }

  #logNumbers(): void {
    this.#log.info(this.#allNumbers(), "numbers");
  }

  /** Stops accepting, finishes requests, syncs the log. A second signal does not hurry it. */
  async #shutDown(status: number): Promise<void> {
    if (this.#state === "shutting down") return;
    this.#state = "shutting down";
    this.#log.info("shutting down");
    await this.#http?.close();
    await this.#pool?.close();
    if (status === 0 && this.#ingest !== null && this.#store !== null) {
      this.#ingest.postMessage({ kind: "close" } satisfies ToIngest);
    } else {
      await this.#finishShutDown(status);
    }
  }

  async #finishShutDown(status: number): Promise<void> {
    this.#state = "shutting down";
    await Promise.all([this.#ingest, ...this.#others].map((worker) => worker?.terminate()));
    this.#finish?.(status);
  }
}

function channel(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}

/** Reserves at the maximum; where the machine refuses that much, at half, and so on. */
function reserve(maxSeries: number, log: Logger): { memory: StoreMemory; names: NameIndexMemory } {
  const headBytes = Math.min(MAX_HEAD_BYTES, Math.max(MIN_HEAD_BYTES, totalmem() * 0.4));
  for (let series = maxSeries, bytes = headBytes; ; series = Math.floor(series / 2), bytes /= 2) {
    try {
      return {
        memory: reserveStoreMemory(series, Math.floor(bytes / PAGE_BYTES)),
        names: NameIndex.reserve(series),
      };
    } catch (error) {
      if (!(error instanceof RangeError) || series < 1000) throw error;
      log.warn(
        { maxSeries: Math.floor(series / 2) },
        "memory for so many series cannot be reserved",
      );
    }
  }
}
