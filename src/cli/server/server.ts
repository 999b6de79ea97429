import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import cron from "node-cron";
import type { Logger } from "pino";
import type { Settings } from "../../config/settings.ts";
import type { Documents } from "../../documents/documents.ts";
import { HostBlacklist } from "../../ingest/host-blacklist.ts";
import type {
  FromIngest,
  IngestThreadData,
  RecoveredStore,
  ToIngest,
} from "../../ingest/messages.ts";
import { GraphiteError } from "../../model/errors.ts";
import { TagKeeper } from "../../query/tags/tag-keeper.ts";
import { NameIndex } from "../../storage/index/name-index.ts";
import { PlanTable } from "../../storage/plan.ts";
import { SeriesTable } from "../../storage/series-table.ts";
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
} from "../../storage/threads/messages.ts";
import { sendLocalStats } from "../local-stats/send-local-stats.ts";
import { VERSION } from "../version.ts";
import { AdminSide } from "./admin-side.ts";
import { Condition } from "./condition.ts";
import { ForwardSide } from "./forward-side.ts";
import { HttpSide, type ServerDoors } from "./http-side.ts";
import { IngestQuestions } from "./ingest-questions.ts";
import { expireEvents, openDocuments, takeOverSettings } from "./kept-documents.ts";
import { OutsideSide } from "./outside-side.ts";
import { metricExportOptions } from "./prometheus-side.ts";
import { QuerySide } from "./query-side.ts";
import { reserveMemory, type SharedMemory } from "./reserve-memory.ts";
import { prometheusText } from "./self-metrics.ts";
import { SeriesDeletes } from "./series-deletes.ts";
import { SeriesImports } from "./series-imports.ts";
import { ServerStatusLog } from "./server-status.ts";
import { scheduleSnapshots } from "./snapshot-schedule.ts";
import { type Snapshot, Snapshots } from "./snapshots.ts";
import { logStart } from "./start-log.ts";
import { type LogSync, untilDurable } from "./until-durable.ts";

/** Memory of the log that waits for the disk: what a stalled disk can hold back. */
const RING_BYTES = 64 << 20;

type FromThread = ThreadReport | ThreadDamage | ThreadAdopted | ThreadScrub | SnapshotAnswer;
type State = "recovering" | "ready" | "shutting down";

/** The main thread's side: starts the threads in order, supervises them, and ends them. */
export class Server {
  readonly #settings: Settings;
  readonly #folder: string;
  readonly #log: Logger;
  readonly #shared: SharedMemory;
  readonly #tagKeeper: TagKeeper;
  readonly #outside: OutsideSide;
  readonly #ring = new SharedArrayBuffer(RING_BYTES);
  readonly #durable = new SharedArrayBuffer(16);
  readonly #condition: Condition;
  readonly #http: HttpSide;
  readonly #statusLog: ServerStatusLog;
  readonly #questions = new IngestQuestions((message) => this.#tellIngest(message));
  #state: State = "recovering";
  #ingest: Worker | null = null;
  #others: Worker[] = [];
  #storeThread: Worker | null = null;
  #queries: QuerySide | null = null;
  #deletes: SeriesDeletes | null = null;
  #imports: SeriesImports | null = null;
  #snapshots: Snapshots | null = null;
  #onGathered: (answer: SnapshotAnswer) => void = () => {};
  #documents: Documents | null = null;
  #admin: AdminSide | null = null;
  #logSync: LogSync | null = null;
  #forward: ForwardSide | null = null;
  /** The ingest thread may have received something. */
  #isReceiving = false;
  #status = 0;
  #finish: (status: number) => void = () => {};

  constructor(settings: Settings, folder: string, log: Logger) {
    this.#settings = settings;
    this.#folder = folder;
    this.#log = log;
    this.#http = new HttpSide(settings, folder, log);
    this.#condition = new Condition(log);
    this.#shared = reserveMemory(settings.maxSeries, log);
    const { memory, names, tags } = this.#shared;
    const series = new SeriesTable(memory.series, new PlanTable(memory.plans));
    this.#statusLog = new ServerStatusLog({
      version: VERSION,
      condition: this.#condition,
      state: () => this.#state,
      numbers: () => this.#numbers(),
      slowQueries: () => this.#queries?.slow.list ?? [],
      agents: async () => {
        this.#ifReady(this.#ingest);
        return this.#questions.agents();
      },
      nextSeries: () => (this.#state === "ready" ? series.next : 0),
    });
    // It begins before the store is back, so that as little as possible is left to do then.
    this.#tagKeeper = new TagKeeper(new NameIndex(names), tags);
    this.#outside = new OutsideSide(settings, log);
  }

  async run(): Promise<number> {
    const finished = new Promise<number>((done) => {
      this.#finish = done;
    });
    try {
      const http = await this.#http.open(this.#httpDoors());
      if (this.#state !== "recovering") return finished;
      const forward = await this.#startForward();
      const addresses = await Promise.race([this.#startIngest(forward), finished]);
      // A signal that came first has the last word.
      if (this.#state !== "recovering" || typeof addresses === "number") return finished;
      this.#state = "ready";
      void finished.then(this.#beginTimers());
      const listen = { ...http, ...addresses, ...(await this.#openAdmin()) };
      logStart(this.#log, this.#settings, listen);
      process.stdout.write(`${JSON.stringify({ event: "ready", pid: process.pid, listen })}\n`);
    } catch (error) {
      if (this.#state === "shutting down") return finished;
      this.#log.fatal(error instanceof Error ? error.message : String(error));
      await this.shutDown(1);
    }
    return finished;
  }

  async #openAdmin(): Promise<Record<string, string>> {
    const { admin } = this.#settings;
    if (admin === null) return {};
    const server = {
      stats: async () => {
        const [port, current] = await this.#http.istatConnections();
        const own = Object.entries(this.#numbers());
        return [["http.port", port], ["http.current", current], ...own] as [string, number][];
      },
      flush: async () => {
        const lsn = await this.#questions.flush();
        if (this.#logSync !== null) {
          await untilDurable(this.#logSync, lsn, "the log cannot be synced: see /health");
        }
      },
      purgeAgents: (count: number, seconds: number) =>
        this.#tellIngest({ kind: "purge-agents", count, seconds }),
      deletes: () => this.#ifReady(this.#deletes),
      queries: () => this.#ifReady(this.#queries).runner,
      documents: () => this.#ifReady(this.#documents),
    };
    this.#admin = await AdminSide.open(admin, this.#settings, server, this.#log);
    return { admin: this.#admin.address };
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
    const { localStats } = this.#settings;
    const endLocalStats =
      localStats === null
        ? () => {}
        : sendLocalStats(localStats, (text) => this.#tellIngest({ kind: "lines", text }));
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
      endLocalStats();
      hourly.stop();
      nightly?.stop();
      clearInterval(telling);
      endExpiry();
    };
  }

  /** HTTP answers from the start, so that /health can say "recovering". */
  #httpDoors(): ServerDoors {
    return {
      queries: {
        run: async (job, signal) => this.#ifReady(this.#queries).runner.run(job, signal),
      },
      documents: () => this.#ifReady(this.#documents),
      settings: () => this.#ifReady(this.#documents).settings,
      deletes: () => this.#ifReady(this.#deletes),
      operate: this.#statusLog,
      imports: () => this.#ifReady(this.#imports),
      snapshots: () => {
        const snapshots = this.#ifReady(this.#snapshots);
        return (folder, progress) => this.#takeSnapshot(snapshots, folder, progress);
      },
      agents: () => this.#statusLog.agents(),
      metrics: async () => {
        this.#ifReady(this.#ingest);
        return this.#questions.metrics();
      },
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
    };
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

  /** Where the ingest thread writes what is sent on, if anything is. */
  async #startForward(): Promise<MessagePort | null> {
    const { forward, walSyncMs } = this.#settings;
    if (forward === null) return null;
    this.#forward = new ForwardSide(forward, walSyncMs, this.#folder, {
      log: this.#log,
      onFailure: (failure) => this.#condition.onForward(failure),
    });
    this.#supervise(this.#forward.worker, "forward");
    return this.#forward.start();
  }

  #startIngest(forward: MessagePort | null): Promise<Record<string, string>> {
    const [walPort, wal] = channel();
    const [storePort, store] = channel();
    const { carbon, pickle, istat, retention, istatRollUp, newSeriesPerMinute } = this.#settings;
    const { schemas, aggregation, whitelist, blacklist, quotas } = this.#settings;
    // What is wrong with it is told here, where the start can fail.
    new HostBlacklist(this.#settings.hostBlacklist);
    const workerData: IngestThreadData = {
      memory: this.#shared.memory,
      names: this.#shared.names,
      ring: this.#ring,
      durable: this.#durable,
      folder: this.#folder,
      files: { schemas, aggregation, whitelist, blacklist, quotas },
      istatCounters: { retention, rollUp: istatRollUp },
      metricExport: metricExportOptions(this.#settings.prometheus),
      newSeriesPerMinute,
      hostBlacklist: this.#settings.hostBlacklist,
      hasIstatdNumbers: this.#settings.selfMetricsSeconds > 0,
      carbon,
      pickle,
      istat,
      wal,
      store,
      forward,
    };
    const ingest = new Worker(new URL("../../ingest/ingest-thread.js", import.meta.url), {
      workerData,
      transferList: forward === null ? [wal, store] : [wal, store, forward],
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
      memory: this.#shared.memory,
      durable: this.#durable,
      folder: this.#folder,
      catalogueBytes: store.catalogueBytes,
      scrubBytesPerSecond: this.#settings.scrubMibPerSecond * 2 ** 20,
      ingest: storePort,
    };
    const wal = new Worker(new URL("../../storage/threads/wal-thread.js", import.meta.url), {
      workerData: walData,
      transferList: [walPort],
      name: "wal",
    });
    const storeThread = new Worker(
      new URL("../../storage/threads/store-thread.js", import.meta.url),
      {
        workerData: storeData,
        transferList: [storePort],
        name: "store",
      },
    );
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
          this.#queries?.forget();
          this.#imports?.onAdopted(message);
        } else this.#condition.onDamage(message.file, message.reason);
      });
    }
    const doors = {
      documents,
      tags: this.#tagKeeper,
      outside: this.#outside,
      connect: (port: MessagePort) => storeThread.postMessage({ reader: port }, [port]),
      onDamage: (file: string, reason: string) => {
        this.#condition.onDamage(file, reason);
        // The thread that owns it sets it aside, if it is so.
        const message: ToStoreThread = { scrub: file };
        storeThread.postMessage(message);
      },
    };
    this.#queries = new QuerySide(this.#settings, this.#folder, this.#shared, doors, this.#log);
    const durable = new BigInt64Array(this.#durable);
    const log = {
      durableLsn: () => Number(Atomics.load(durable, 0)),
      syncLog: () => wal.postMessage("sync"),
    };
    this.#logSync = log;
    this.#deletes = new SeriesDeletes({
      queries: this.#queries.runner,
      tellIngest: (message) => this.#tellIngest(message),
      ...log,
    });
    this.#snapshots = new Snapshots(this.#folder, {
      ...log,
      holdLog: (isHeld) => Atomics.store(durable, 1, isHeld ? 1n : 0n),
      flush: () => this.#questions.flush(),
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
    this.#imports = new SeriesImports(
      this.#folder,
      {
        tellIngest: (message) => this.#tellIngest(message),
        tellStore: (message) => storeThread.postMessage(message),
        ...log,
      },
      documents.settings,
    );
  }

  #onIngest(message: FromIngest): void {
    if (message.kind === "deleted") {
      this.#queries?.forget();
      this.#deletes?.onDeleted(message);
    } else if (
      message.kind === "flushed" ||
      message.kind === "agents" ||
      message.kind === "metrics"
    ) {
      this.#questions.onAnswer(message);
    } else if (message.kind === "placed") this.#imports?.onPlaced(message);
    else if (message.kind === "log") {
      this.#log[message.level](message.fields, message.message);
      if (message.message === "refused") this.#statusLog.refused(message.fields);
    } else if (message.kind === "reloaded") this.#queries?.reload();
    else if (message.kind === "report") {
      this.#condition.note(message.numbers);
      this.#condition.refusals = message.refusals;
      this.#condition.noteState("ingest", message.degraded, message.warnings);
      this.#condition.fills = message.fills;
      this.#statusLog.creators = message.creators;
    } else if (message.kind === "closed") {
      if (message.walFailure !== null)
        this.#log.error({ reason: message.walFailure }, "log not synced");
      const status = message.walFailure === null ? this.#status : 1;
      void (this.#forward?.closed ?? Promise.resolve()).then(() => this.#finishShutDown(status));
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
    this.#http.reload();
  }

  #tellIngest(message: ToIngest): void {
    this.#ingest?.postMessage(message);
  }

  #numbers(): Record<string, number> {
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      ...this.#condition.numbers,
      ...this.#documents?.numbers,
      ...this.#forward?.numbers,
      ...this.#queries?.numbers,
      ...this.#outside.numbers,
      tag_index_bytes: this.#tagKeeper.usedBytes,
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
    await Promise.all([this.#http.close(), this.#admin?.close()]);
    await this.#queries?.close();
    await this.#documents?.close();
    if (this.#isReceiving) this.#tellIngest({ kind: "close" });
    else await this.#finishShutDown(status);
  }

  async #finishShutDown(status: number): Promise<void> {
    this.#state = "shutting down";
    this.#tagKeeper.close();
    this.#statusLog.close();
    await this.#outside.close();
    const workers = [this.#ingest, ...this.#others, this.#forward?.worker];
    await Promise.all(workers.map((worker) => worker?.terminate()));
    this.#finish(status);
  }
}

function channel(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}
