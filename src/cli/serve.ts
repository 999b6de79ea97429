import { mkdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { FastifyInstance } from "fastify";
import cron from "node-cron";
import type { Logger } from "pino";
import { loadRules } from "../config/rules.ts";
import type { Address, Settings } from "../config/settings.ts";
import type { Documents } from "../documents/documents.ts";
import { CostLimit } from "../http/access/cost-limit.ts";
import { openControlSocket } from "../http/control-socket.ts";
import type { HttpDoors } from "../http/doors.ts";
import { buildIstatServer } from "../http/istat/server.ts";
import { buildServer } from "../http/server.ts";
import type { FromIngest, IngestThreadData, RecoveredStore, ToIngest } from "../ingest/messages.ts";
import { addressText } from "../ingest/tcp-receiver.ts";
import { GraphiteError } from "../model/errors.ts";
import type { IstatAgent } from "../model/istat-agent.ts";
import type { AnswerCache } from "../query/answer-cache.ts";
import { CachingRunner } from "../query/caching-runner.ts";
import { QueryPool, queryThreadCount } from "../query/query-pool.ts";
import { TagKeeper } from "../query/tags/tag-keeper.ts";
import { reserveTagMemory, type TagMemory } from "../query/tags/tag-memory.ts";
import { watchedCache } from "../query/watched-cache.ts";
import type { QueryRunner } from "../render/query-job.ts";
import { PAGE_BYTES } from "../storage/head/page-pool.ts";
import { NameIndex, type NameIndexMemory } from "../storage/index/name-index.ts";
import { lockFolder } from "../storage/lock.ts";
import { CONTROL_SOCKET } from "../storage/store-folder.ts";
import { ReaderEpochs, reserveStoreMemory, type StoreMemory } from "../storage/store-memory.ts";
import type {
  SnapshotAnswer,
  SnapshotRequest,
  StoreThreadData,
  ThreadAdopted,
  ThreadDamage,
  ThreadReport,
  ThreadScrub,
  ToStoreThread,
  WalThreadData,
} from "../storage/threads/messages.ts";
import { Condition } from "./condition.ts";
import { HttpFiles } from "./http-files.ts";
import { expireEvents, openDocuments, takeOverSettings } from "./kept-documents.ts";
import { prometheusText } from "./self-metrics.ts";
import { SeriesDeletes } from "./series-deletes.ts";
import { SeriesImports } from "./series-imports.ts";
import { scheduleSnapshots } from "./snapshot-schedule.ts";
import { type Snapshot, Snapshots } from "./snapshots.ts";
import { openSocketPath } from "./socket-path.ts";
import { logStart } from "./start-log.ts";
import { VERSION } from "./version.ts";

/** Memory of the log that waits for the disk: what a stalled disk can hold back. */
const RING_BYTES = 64 << 20;
const MIN_HEAD_BYTES = 256 << 20;
const MAX_HEAD_BYTES = 8 * 2 ** 30;
const LIMITS = { maxSeries: 100_000, maxDatapoints: 50_000_000, seconds: 60 };

/** Runs the server until a signal ends it; returns the exit status. */
export async function serve(settings: Settings, log: Logger): Promise<number> {
  const folder = resolve(settings.dataDir);
  let server: Server | null = null;
  // Before the lock: a signal must never leave one behind.
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void server?.shutDown(0));
  process.on("SIGHUP", () => server?.reload());
  let unlock = (): void => {};
  try {
    loadRules(settings);
    mkdirSync(folder, { recursive: true });
    unlock = lockFolder(folder);
    server = new Server(settings, folder, log);
    return await server.run();
  } catch (error) {
    log.fatal(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    unlock();
  }
}

type FromThread = ThreadReport | ThreadDamage | ThreadAdopted | ThreadScrub | SnapshotAnswer;
type State = "recovering" | "ready" | "shutting down";

/** The main thread's side: starts the threads in order, supervises them, and ends them. */
class Server {
  readonly #settings: Settings;
  readonly #folder: string;
  readonly #log: Logger;
  readonly #httpFiles: HttpFiles;
  readonly #memory: StoreMemory;
  readonly #names: NameIndexMemory;
  readonly #tags: TagMemory;
  readonly #tagKeeper: TagKeeper;
  readonly #ring = new SharedArrayBuffer(RING_BYTES);
  readonly #durable = new SharedArrayBuffer(16);
  readonly #epochs: ReaderEpochs;
  readonly #condition: Condition;
  #state: State = "recovering";
  #ingest: Worker | null = null;
  #others: Worker[] = [];
  #storeThread: Worker | null = null;
  #pool: QueryPool | null = null;
  #deletes: SeriesDeletes | null = null;
  #imports: SeriesImports | null = null;
  #snapshots: Snapshots | null = null;
  readonly #flushes = new Map<number, (lsn: number) => void>();
  #onGathered: (answer: SnapshotAnswer) => void = () => {};
  #documents: Documents | null = null;
  /** The pool, with the cache of answers in front. */
  #queries: QueryRunner | null = null;
  #cache: AnswerCache | null = null;
  #http: FastifyInstance | null = null;
  #istatHttp: FastifyInstance | null = null;
  #agents: { list: Promise<IstatAgent[]>; resolve(list: IstatAgent[]): void } | null = null;
  #closeControl = async (): Promise<void> => {};
  /** The ingest thread may have received something. */
  #isReceiving = false;
  #status = 0;
  #finish: (status: number) => void = () => {};

  constructor(settings: Settings, folder: string, log: Logger) {
    this.#settings = settings;
    this.#folder = folder;
    this.#log = log;
    this.#httpFiles = new HttpFiles(settings);
    this.#condition = new Condition(log);
    const { memory, names, tags } = reserve(settings.maxSeries, log);
    this.#memory = memory;
    this.#names = names;
    this.#tags = tags;
    // It begins before the store is back, so that as little as possible is left to do then.
    this.#tagKeeper = new TagKeeper(new NameIndex(names), tags);
    this.#epochs = new ReaderEpochs(memory.epochs);
  }

  async run(): Promise<number> {
    const finished = new Promise<number>((done) => {
      this.#finish = done;
    });
    try {
      const http = await this.#startHttp();
      if (this.#state !== "recovering") return finished;
      const addresses = await Promise.race([this.#startIngest(), finished]);
      // A signal that came first has the last word.
      if (this.#state !== "recovering" || typeof addresses === "number") return finished;
      this.#state = "ready";
      void finished.then(this.#beginTimers());
      const listen = { ...http, ...addresses };
      logStart(this.#log, this.#settings, listen);
      process.stdout.write(`${JSON.stringify({ event: "ready", pid: process.pid, listen })}\n`);
    } catch (error) {
      if (this.#state === "shutting down") return finished;
      this.#log.fatal(error instanceof Error ? error.message : String(error));
      await this.shutDown(1);
    }
    return finished;
  }

  /** Returns what ends them. */
  #beginTimers(): () => void {
    const hourly = cron.schedule("0 * * * *", () => this.#log.info(this.#numbers(), "numbers"));
    const { scrubSchedule } = this.#settings;
    const nightly =
      scrubSchedule === null ? null : cron.schedule(scrubSchedule, () => this.#beginScrub());
    const { selfMetricsSeconds } = this.#settings;
    const tell = (): void => this.#tellIngest({ kind: "numbers", numbers: this.#numbers() });
    // The first ones are what later ones are compared with.
    if (selfMetricsSeconds > 0) tell();
    const telling =
      selfMetricsSeconds > 0 ? setInterval(tell, selfMetricsSeconds * 1000) : undefined;
    const { eventRetention } = this.#settings;
    const endExpiry =
      eventRetention === null || this.#documents === null
        ? () => {}
        : expireEvents(this.#documents, eventRetention, this.#log);
    const { snapshots } = this.#settings;
    const endSnapshots =
      snapshots === null || this.#snapshots === null
        ? () => {}
        : scheduleSnapshots(this.#snapshots, snapshots, this.#condition, this.#log);
    return () => {
      endSnapshots();
      hourly.stop();
      nightly?.stop();
      clearInterval(telling);
      endExpiry();
    };
  }

  /** HTTP answers from the start, so that /health can say "recovering". */
  async #startHttp(): Promise<Record<string, string>> {
    const { http, istatHttp, filesDir } = this.#settings;
    const { querySecondsPerMinute } = this.#settings;
    const { httpHosts, corsOrigins, accessLog, trustedProxies, httpPrefix } = this.#settings;
    const doors: HttpDoors = {
      queries: {
        run: async (job, signal) => this.#ifReady(this.#queries).run(job, signal),
      },
      documents: () => this.#ifReady(this.#documents),
      deletes: () => this.#ifReady(this.#deletes),
      imports: () => this.#ifReady(this.#imports),
      snapshots: () => {
        const snapshots = this.#ifReady(this.#snapshots);
        return (folder, progress) => this.#takeSnapshot(snapshots, folder, progress);
      },
      timeZone: this.#settings.timeZone,
      health: () => ({
        isReady: this.#state === "ready",
        state: this.#state,
        degraded: this.#condition.degraded,
        version: VERSION,
        details: {
          damage: this.#condition.damage,
          warnings: this.#condition.warnings,
          series: this.#condition.numbers.series ?? 0,
        },
      }),
      selfMetrics: () =>
        prometheusText(this.#numbers(), this.#condition.refusals, this.#condition.fills),
      diskSpace: async () => {
        const { bavail, blocks, bsize } = await statfs(this.#folder);
        return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
      },
      log: this.#log,
    };
    const options = {
      hosts: httpHosts,
      corsOrigins,
      accessLog,
      trustedProxies,
      prefix: httpPrefix,
      access: this.#httpFiles.access,
      costs: querySecondsPerMinute > 0 ? new CostLimit(querySecondsPerMinute) : null,
      certificate: this.#httpFiles.certificate,
    };
    this.#http = await buildServer(doors, options);
    await this.#http.ready();
    await this.#openControlSocket(this.#http);
    const addresses: Record<string, string> = {};
    if (http !== null) addresses.http = await listenHttp(this.#http, "http", http);
    if (istatHttp !== null) {
      this.#istatHttp = await buildIstatServer(
        {
          ...doors,
          filesDir,
          agents: () => this.#askAgents(),
          settings: () => this.#ifReady(this.#documents).settings,
          now: () => Math.floor(Date.now() / 1000),
        },
        options,
      );
      addresses.istatHttp = await listenHttp(this.#istatHttp, "istat-http", istatHttp);
    }
    return addresses;
  }

  async #openControlSocket(http: FastifyInstance): Promise<void> {
    const path = join(this.#folder, CONTROL_SOCKET);
    const socket = openSocketPath(path);
    this.#closeControl = async () => socket.close();
    try {
      const close = await openControlSocket(http, socket.path);
      this.#closeControl = () => close().finally(socket.close);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${path} cannot be opened: ${reason}`);
    }
  }

  async #takeSnapshot(
    snapshots: Snapshots,
    folder: string,
    progress: (done: number, total: number) => void,
  ): Promise<Snapshot> {
    const snapshot = await snapshots.take(folder, progress);
    this.#log.info(snapshot, "snapshot made");
    return snapshot;
  }

  /** @throws GraphiteError ERR_NOT_READY */
  #ifReady<T>(part: T | null): T {
    if (part !== null && this.#state === "ready") return part;
    throw new GraphiteError("ERR_NOT_READY", `${this.#state}: try again in a moment`);
  }

  #startIngest(): Promise<Record<string, string>> {
    const [walPort, wal] = channel();
    const [storePort, store] = channel();
    const { carbon, pickle, istat, retention, istatRollUp, newSeriesPerMinute } = this.#settings;
    const { schemas, aggregation, whitelist, blacklist, quotas } = this.#settings;
    const workerData: IngestThreadData = {
      memory: this.#memory,
      names: this.#names,
      ring: this.#ring,
      folder: this.#folder,
      files: { schemas, aggregation, whitelist, blacklist, quotas },
      istatCounters: { retention, rollUp: istatRollUp },
      newSeriesPerMinute,
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
        if (message.kind === "recovered") {
          try {
            this.#onRecovered(message.store, walPort, storePort);
          } catch (error) {
            reject(error);
          }
        } else if (message.kind === "listening") resolve(message.addresses);
        else if (message.kind === "failed") reject(new Error(message.reason));
        else this.#onIngest(message);
      });
      ingest.once("error", reject);
    });
  }

  #onRecovered(store: RecoveredStore, walPort: MessagePort, storePort: MessagePort): void {
    const { damage, walFiles: _files, storeId: _id, ...facts } = store;
    this.#log.info(facts, "recovered");
    for (const piece of damage) this.#condition.onStartDamage(piece);
    if (this.#state === "shutting down") return;
    this.#documents = openDocuments(this.#folder, this.#condition);
    const { settingsDir } = this.#settings;
    if (settingsDir !== null) void takeOverSettings(this.#documents, settingsDir, this.#log);
    this.#startOthers(store, walPort, storePort, this.#documents);
    this.#isReceiving = true;
    this.#tellIngest({ kind: "listen" });
  }

  #startOthers(
    store: RecoveredStore,
    walPort: MessagePort,
    storePort: MessagePort,
    documents: Documents,
  ): void {
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
      scrubBytesPerSecond: this.#settings.scrubMibPerSecond * 2 ** 20,
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
    this.#storeThread = storeThread;
    this.#others = [wal, storeThread];
    this.#supervise(wal, "wal");
    this.#supervise(storeThread, "store");
    for (const worker of this.#others) {
      worker.on("message", (message: FromThread) => {
        if (message.kind === "report") this.#condition.onReport(message);
        else if (message.kind === "snapshot") this.#onGathered(message);
        else if (message.kind === "scrubbed") this.#log.info(message.result, "scrubbed");
        else if (message.kind === "adopted") {
          // Imports change the past.
          this.#cache?.clear();
          this.#imports?.onAdopted(message);
        } else this.#condition.onDamage(message.file, message.reason);
      });
    }
    this.#pool = new QueryPool({
      threads: queryThreadCount(availableParallelism()),
      data: {
        memory: this.#memory,
        names: this.#names,
        tags: this.#tags,
        folder: this.#folder,
        timeZone: this.#settings.timeZone,
        limits: LIMITS,
        rules: this.#ruleTexts(),
      },
      tags: this.#tagKeeper,
      connect: (port) => storeThread.postMessage({ reader: port }, [port]),
      eventsSince: (position) => documents.events.since(position),
      unpin: (reader) => this.#epochs.unpin(reader),
      onDamage: (file, reason) => {
        // A thread that has met the damage answers without the file.
        this.#cache?.clear();
        this.#condition.onDamage(file, reason);
        // The thread that owns it sets it aside, if it is so.
        const message: ToStoreThread = { scrub: file };
        storeThread.postMessage(message);
      },
      onCrash: (error) => this.#log.error({ err: error }, "a query thread crashed"),
    });
    const { responseCacheMb } = this.#settings;
    this.#queries = this.#pool;
    if (responseCacheMb > 0) {
      this.#cache = watchedCache(this.#memory, this.#names, responseCacheMb * 2 ** 20, (port) =>
        storeThread.postMessage({ reader: port }, [port]),
      );
      this.#queries = new CachingRunner(this.#pool, this.#cache);
    }
    const durable = new BigInt64Array(this.#durable);
    const log = {
      durableLsn: () => Number(Atomics.load(durable, 0)),
      syncLog: () => wal.postMessage("sync"),
    };
    this.#deletes = new SeriesDeletes({
      queries: this.#queries,
      tellIngest: (message) => this.#tellIngest(message),
      ...log,
    });
    this.#snapshots = new Snapshots(this.#folder, {
      ...log,
      holdLog: (isHeld) => Atomics.store(durable, 1, isHeld ? 1n : 0n),
      flush: () =>
        new Promise((resolve) => {
          const id = this.#flushes.size === 0 ? 0 : Math.max(...this.#flushes.keys()) + 1;
          this.#flushes.set(id, resolve);
          this.#tellIngest({ kind: "flush", id });
        }),
      linkStore: (folder) =>
        new Promise((resolve, reject) => {
          this.#onGathered = (answer) => {
            if (answer.failure === null) resolve(answer);
            else reject(new Error(answer.failure));
          };
          const request: SnapshotRequest = { kind: "snapshot", folder };
          storeThread.postMessage(request);
        }),
    });
    this.#imports = new SeriesImports({
      tellIngest: (message) => this.#tellIngest(message),
      tellStore: (message) => storeThread.postMessage(message),
      ...log,
    });
  }

  #onIngest(message: FromIngest): void {
    if (message.kind === "deleted") {
      this.#cache?.clear();
      this.#deletes?.onDeleted(message);
    } else if (message.kind === "flushed") {
      this.#flushes.get(message.id)?.(message.lsn);
      this.#flushes.delete(message.id);
    } else if (message.kind === "placed") this.#imports?.onPlaced(message);
    else if (message.kind === "log") this.#log[message.level](message.fields, message.message);
    else if (message.kind === "reloaded") this.#onReloaded();
    else if (message.kind === "agents") {
      this.#agents?.resolve(message.agents);
      this.#agents = null;
    } else if (message.kind === "report") {
      this.#condition.note(message.numbers);
      this.#condition.refusals = message.refusals;
      this.#condition.noteState("ingest", message.degraded, message.warnings);
      this.#condition.fills = message.fills;
    } else if (message.kind === "closed") {
      if (message.walFailure !== null)
        this.#log.error({ reason: message.walFailure }, "log not synced");
      void this.#finishShutDown(message.walFailure === null ? this.#status : 1);
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

  #beginScrub(): void {
    const message: ToStoreThread = { scrub: null };
    this.#storeThread?.postMessage(message);
  }

  reload(): void {
    this.#log.info("SIGHUP: rereading the configuration");
    this.#tellIngest({ kind: "reload" });
    this.#httpFiles.reload(this.#log, (certificate) => {
      this.#http?.setCertificate(certificate);
      this.#istatHttp?.setCertificate(certificate);
    });
  }

  /** Asks the ingest thread who sends istat lines; who asks meanwhile gets the same answer. */
  async #askAgents(): Promise<IstatAgent[]> {
    this.#ifReady(this.#ingest);
    if (this.#agents === null) {
      let resolve = (_list: IstatAgent[]): void => {};
      const list = new Promise<IstatAgent[]>((done) => {
        resolve = done;
      });
      this.#agents = { list, resolve };
      this.#tellIngest({ kind: "agents" });
    }
    return this.#agents.list;
  }

  #tellIngest(message: ToIngest): void {
    this.#ingest?.postMessage(message);
  }

  /** The ingest thread has read the files anew; queries follow. */
  #onReloaded(): void {
    try {
      this.#pool?.setRules(this.#ruleTexts());
      this.#cache?.clear();
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

  #numbers(): Record<string, number> {
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      ...this.#condition.numbers,
      ...this.#documents?.numbers,
      query_jobs: this.#pool?.jobs ?? 0,
      tag_index_bytes: this.#tagKeeper.usedBytes,
      query_queue: this.#pool?.queueLength ?? 0,
      response_cache_hits: this.#cache?.hits ?? 0,
      response_cache_misses: this.#cache?.misses ?? 0,
      response_cache_stale: this.#cache?.stale ?? 0,
      response_cache_bytes: this.#cache?.bytes ?? 0,
      query_thread_restarts: this.#pool?.restarts ?? 0,
      resident_memory_bytes: rss,
      cpu_seconds: (user + system) / 1e6,
    };
  }

  /**
   * Stops accepting, finishes requests, syncs the log. A second signal does not hurry it. During
   * recovery there is nothing to sync: the threads are just ended, as a crash would end them.
   */
  async shutDown(status: number): Promise<void> {
    if (this.#state === "shutting down") return;
    this.#state = "shutting down";
    this.#status = status;
    this.#log.info("shutting down");
    await Promise.all([this.#http?.close(), this.#istatHttp?.close(), this.#closeControl()]);
    await this.#pool?.close();
    await this.#documents?.close();
    if (this.#isReceiving) this.#tellIngest({ kind: "close" });
    else await this.#finishShutDown(status);
  }

  async #finishShutDown(status: number): Promise<void> {
    this.#state = "shutting down";
    this.#tagKeeper.close();
    await Promise.all([this.#ingest, ...this.#others].map((worker) => worker?.terminate()));
    this.#finish(status);
  }
}

/** @returns the address; @throws Error that names the flag */
async function listenHttp(
  app: FastifyInstance,
  name: string,
  { host, port }: NonNullable<Address>,
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--${name}-listen ${host}:${port} cannot be opened: ${reason}`);
  }
  return addressText(app.server.address());
}

function channel(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}

/** Reserves at the maximum; where the machine refuses that much, at half, and so on. */
function reserve(
  maxSeries: number,
  log: Logger,
): { memory: StoreMemory; names: NameIndexMemory; tags: TagMemory } {
  const headBytes = Math.min(MAX_HEAD_BYTES, Math.max(MIN_HEAD_BYTES, totalmem() * 0.4));
  for (let series = maxSeries, bytes = headBytes; ; series = Math.floor(series / 2), bytes /= 2) {
    try {
      return {
        memory: reserveStoreMemory(series, Math.floor(bytes / PAGE_BYTES)),
        names: NameIndex.reserve(series),
        tags: reserveTagMemory(series),
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
