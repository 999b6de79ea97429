import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { loadRules, type Rules, ruleFilesVersion } from "../config/rules.ts";
import { spanText } from "../model/time-text.ts";
import type { IstatDecoder } from "../protocols/istat-lines.ts";
import { MIN_FREE_FOR_NEW_SERIES } from "../storage/disk-space.ts";
import { placedSeries } from "../storage/import/placed-series.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { realEnvironment } from "../storage/node-files.ts";
import type { Recovered } from "../storage/recovery.ts";
import { HOLD_SECONDS } from "../storage/series-table.ts";
import type { OwnedStoreView } from "../storage/store-memory.ts";
import { LogFullError, StoreWriter } from "../storage/store-writer.ts";
import type { FromStore, FromWal, ToStore, ToWal } from "../storage/threads/messages.ts";
import { WalRing } from "../storage/wal/ring.ts";
import { Agents } from "./agents.ts";
import { Batches } from "./batches.ts";
import { HostBlacklist } from "./host-blacklist.ts";
import { Intake } from "./intake.ts";
import { IstatdNumbers } from "./istatd-numbers.ts";
import { LineTee } from "./line-tee.ts";
import { LoopDelay } from "./loop-delay.ts";
import type { DeleteSeries, FromIngest, IngestThreadData, PlaceSeries } from "./messages.ts";
import type { MetricExport } from "./metric-export.ts";
import { Receivers } from "./receivers.ts";
import { RefusalLog } from "./refusal-log.ts";
import { Replanner } from "./replanner.ts";
import { RuleFills } from "./rule-fills.ts";
import { SelfSeries } from "./self-series.ts";

const TICK_MS = 100;
const REPORT_MS = 1000;
const RELOAD_CHECK_MS = 10_000;
const DISK_CHECK_MS = 5000;
const ISTATD_NUMBERS_MS = 10_000;
const SWEEP_SECONDS = 3600;
/** Into ten minutes: by then the window that is open knows who sends every few minutes. */
const SWEEP_AFTER_SECONDS = 540;
const OVER_QUOTA_SECONDS = 60;

const DISK_FULL = `less than ${MIN_FREE_FOR_NEW_SERIES * 100} % of the disk is free: new series are refused`;

type Tell = (message: FromIngest) => void;

/** What the ingest thread does once the store is recovered. */
export class Ingest {
  readonly #data: IngestThreadData;
  readonly #view: OwnedStoreView;
  readonly #index: NameIndex;
  readonly #tell: Tell;
  readonly #ring: WalRing;
  readonly #writer: StoreWriter;
  readonly #refusals: RefusalLog;
  readonly #intake: Intake;
  readonly #metrics: MetricExport | null;
  readonly #hosts: HostBlacklist;
  readonly #agents = new Agents(now, (host) => this.#hosts.has(host));
  readonly #batches: Batches;
  readonly #tee: LineTee | null;
  readonly #receivers: Receivers;
  readonly #replanner: Replanner;
  readonly #fills: RuleFills;
  readonly #selfSeries: SelfSeries;
  readonly #loopDelay = new LoopDelay(performance.now() / 1000);
  readonly #timers: NodeJS.Timeout[];
  /** Connections that wait for room. */
  readonly #waiting: (() => void)[] = [];
  #ownLines: IstatDecoder | null = null;
  readonly #istatdNumbers = new IstatdNumbers();
  #deleted = 0;
  #filesVersion: string;
  #sweepAt = now() + SWEEP_SECONDS - 600;
  #overQuotaToldAt = Number.NEGATIVE_INFINITY;
  #onWalClosed: ((failure: string | null) => void) | null = null;
  #onStoreClosed: (() => void) | null = null;

  constructor(
    data: IngestThreadData,
    view: OwnedStoreView,
    index: NameIndex,
    recovered: Recovered,
    tell: Tell,
  ) {
    this.#data = data;
    this.#view = view;
    this.#index = index;
    this.#tell = tell;
    this.#hosts = new HostBlacklist(data.hostBlacklist);
    this.#ring = new WalRing(data.ring);
    this.#writer = this.#newWriter(recovered);
    this.#refusals = new RefusalLog(({ protocol, reason, sample, count }) =>
      this.#log("warn", "refused", { protocol, reason, count, sample }),
    );
    const rules = loadRules(data.files);
    this.#filesVersion = ruleFilesVersion(data.files);
    for (const warning of rules.warnings) this.#log("warn", warning);
    this.#tee = data.forward === null ? null : new LineTee(data.forward);
    this.#intake = new Intake(
      this.#writer,
      view.series,
      index,
      rules,
      data.istatCounters,
      this.#refusals,
      now,
      data.newSeriesPerMinute,
      this.#tee,
    );
    this.#metrics =
      data.metricExport === null ? null : this.#intake.exportMetrics(data.metricExport);
    this.#intake.learnAgain(recovered.replay.young, view.series);
    const pressure = {
      isFull: () => this.#isFull,
      onRoom: (resume: () => void) => {
        this.#waiting.push(resume);
      },
    };
    const durable = new BigInt64Array(data.durable);
    this.#batches = new Batches(
      this.#writer,
      this.#intake,
      () => Number(Atomics.load(durable, 0)),
      now,
    );
    this.#receivers = new Receivers(
      this.#intake,
      this.#refusals,
      pressure,
      this.#agents,
      this.#batches,
    );
    this.#selfSeries = new SelfSeries(
      (name, value) => this.#intake.putOwn(name, value),
      hostname(),
    );
    this.#fills = new RuleFills(view.series, index, view.fill);
    this.#fills.setRules(rules.storage, performance.now() / 1000);
    this.#replanner = new Replanner(this.#writer, view.series, index);
    data.wal.on("message", (message: FromWal) => this.#onWal(message));
    data.store.on("message", (message: FromStore) => this.#onStore(message));
    this.#timers = [
      setInterval(() => this.#tick(), TICK_MS),
      setInterval(() => this.#report(), REPORT_MS),
      setInterval(() => this.#reloadIfChanged(), RELOAD_CHECK_MS),
      setInterval(() => void this.#lookAtDisk(), DISK_CHECK_MS),
      setInterval(() => this.#storeIstatdNumbers(), ISTATD_NUMBERS_MS),
    ];
  }

  /** Opens the receivers; before that nothing can be lost. */
  async listen(): Promise<void> {
    try {
      this.#tell({ kind: "listening", addresses: await this.#receivers.listen(this.#data) });
    } catch (error) {
      this.#tell({
        kind: "failed",
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Says who sends istat lines. */
  tellAgents(): void {
    this.#tell({ kind: "agents", agents: this.#agents.list() });
  }

  /** Takes istat lines of our own, as if they had been received. */
  takeLines(text: string): void {
    this.#ownLines ??= this.#intake.newIstat();
    if (!this.#writer.isFull) this.#ownLines.push(Buffer.from(text, "latin1"));
  }

  /** Forgets those that sent istat lines and have left. */
  purgeAgents(count: number, seconds: number): void {
    this.#agents.purge(count, seconds);
  }

  /** Says what the Prometheus port shows. */
  tellMetrics(): void {
    if (this.#metrics !== null) this.#tell({ kind: "metrics", metrics: this.#metrics.answer() });
  }

  /** A broken file keeps the rules that are in force. */
  reload(): void {
    this.#hosts.refresh();
    this.#filesVersion = ruleFilesVersion(this.#data.files);
    let rules: Rules;
    try {
      rules = loadRules(this.#data.files);
    } catch (error) {
      this.#log("error", `configuration not reloaded, the old rules stay: ${String(error)}`);
      return;
    }
    this.#intake.setRules(rules);
    this.#fills.setRules(rules.storage, performance.now() / 1000);
    this.#replanner.begin(rules.storage);
    for (const warning of rules.warnings) this.#log("warn", warning);
    this.#tell({ kind: "reloaded" });
  }

  /** Says where the series of an import are kept, and makes those that are new. */
  place({ id, series }: PlaceSeries): void {
    let isAnyNew = false;
    const placed = series.map(({ name, plan }) => {
      const known = this.#index.seriesAt(name);
      if (known >= 0) return placedSeries(this.#view, known, false);
      try {
        const number = this.#writer.createSeries(name, this.#writer.planNumber(plan));
        isAnyNew = true;
        return placedSeries(this.#view, number, true);
      } catch (error) {
        if (error instanceof LogFullError) return "the log waits for the disk: import again later";
        if (error instanceof RangeError) return error.message;
        throw error;
      }
    });
    // Handed over now: whoever asked waits until it is synced.
    if (isAnyNew) this.#writer.flush();
    this.#tell({ kind: "placed", id, placed, lsn: isAnyNew ? this.#writer.lsn : 0 });
  }

  /** Hands over all that was received. */
  flush(id: number): void {
    this.#writer.flushCatalogue();
    this.#writer.flush();
    this.#tell({ kind: "flushed", id, lsn: this.#writer.lsn });
  }

  /** Ends series for good; those that are gone already do not count. */
  delete({ id, series }: DeleteSeries): void {
    let failure: string | null = null;
    let count = 0;
    try {
      count = this.#writer.deleteSeries(series);
      this.#deleted += count;
    } catch (error) {
      if (!(error instanceof LogFullError)) throw error;
      failure = "the log waits for the disk and has no room: try again later";
    }
    this.#intake.forgetDeleted();
    // Handed over now: whoever asked waits until it is synced.
    this.#writer.flush();
    this.#tell({ kind: "deleted", id, count, lsn: this.#writer.lsn, failure });
  }

  /** Stores our own numbers as series. */
  storeNumbers(others: Readonly<Record<string, number>>): void {
    this.#selfSeries.store({
      seconds: performance.now() / 1000,
      numbers: { ...others, ...this.#numbers() },
      refusals: new Map(this.#refusals.counts),
    });
  }

  /** Loses nothing that was read: what is in the log's buffer is written and synced. */
  async close(): Promise<void> {
    await this.#receivers.close();
    for (const timer of this.#timers) clearInterval(timer);
    this.#tee?.close();
    this.#writer.flushCatalogue();
    this.#writer.flush();
    const storeClosed = new Promise<void>((resolve) => {
      this.#onStoreClosed = resolve;
    });
    const walClosed = new Promise<string | null>((resolve) => {
      this.#onWalClosed = resolve;
    });
    this.#toStore({ kind: "close" });
    this.#toWal({ kind: "close" });
    const walFailure = await walClosed;
    await storeClosed;
    this.#data.wal.close();
    this.#data.store.close();
    this.#tell({ kind: "closed", walFailure });
  }

  #newWriter(recovered: Recovered): StoreWriter {
    const writer = new StoreWriter(
      this.#view,
      realEnvironment.clock,
      this.#index,
      this.#ring,
      {
        frame: (offset, length) => this.#toWal({ kind: "frame", offset, length }),
        rotate: () => this.#toWal({ kind: "rotate" }),
        cut: (window) => this.#toStore({ kind: "cut", window }),
        frozen: (strays) => this.#toStore({ kind: "frozen", strays }),
        catalogue: (frame, lsn) => this.#toStore({ kind: "catalogue", frame, lsn }),
        deleted: (shards) => this.#toStore({ kind: "deleted", shards }),
        needed: (lsn) => this.#toWal({ kind: "needed", lsn }),
      },
      recovered.replay,
    );
    writer.start(recovered.nextLsn);
    return writer;
  }

  #toWal(message: ToWal): void {
    this.#data.wal.postMessage(message);
  }

  #toStore(message: ToStore): void {
    this.#data.store.postMessage(message);
  }

  #onWal(message: FromWal): void {
    if (message.kind === "released") {
      this.#writer.released(message.frames);
      this.#batches.acknowledge();
    } else if (message.kind === "dropped") this.#toStore(message);
    else this.#onWalClosed?.(message.failure);
  }

  #onStore(message: FromStore): void {
    if (message.kind === "sealed") this.#writer.sealed(message.window);
    else if (message.kind === "flushed") this.#writer.flushed(message.strays);
    else if (message.kind === "catalogued") this.#writer.catalogued(message.lsn);
    else this.#onStoreClosed?.();
  }

  #tick(): void {
    this.#writer.tick();
    this.#intake.quotas.turn();
    this.#batches.acknowledge();
    this.#sweepIfDue();
    if (this.#fills.turn(performance.now() / 1000)) {
      for (const warning of this.#fills.warnings) this.#log("warn", warning);
    }
    if (this.#replanner.turn()) {
      const { changed, kept, problem, shortened } = this.#replanner;
      this.#log("info", "retention of series changed", { series: changed });
      for (const { before, now: after, series, from } of shortened.values()) {
        this.#log("warn", "retention shortened", {
          series,
          before: spanText(before),
          now: spanText(after),
          until: new Date((from + HOLD_SECONDS) * 1000).toISOString(),
        });
      }
      if (kept > 0) this.#log("warn", "series keep their retention", { series: kept, problem });
    }
    this.#tee?.flush();
    while (this.#waiting.length > 0 && !this.#isFull) this.#waiting.shift()!();
  }

  get #isFull(): boolean {
    return this.#writer.isFull || this.#tee?.isFull === true;
  }

  #sweepIfDue(): void {
    const seconds = now();
    if (seconds < this.#sweepAt || seconds % 600 < SWEEP_AFTER_SECONDS) return;
    this.#sweepAt = seconds + SWEEP_SECONDS - 600;
    this.#intake.sweepNames();
  }

  async #lookAtDisk(): Promise<void> {
    try {
      const { bavail, blocks } = await statfs(this.#data.folder);
      this.#intake.definer.isDiskFull = blocks > 0 && bavail / blocks < MIN_FREE_FOR_NEW_SERIES;
    } catch {
      // It is seen when something is written.
    }
  }

  #reloadIfChanged(): void {
    this.#hosts.refresh();
    if (ruleFilesVersion(this.#data.files) !== this.#filesVersion) this.reload();
  }

  /** A server that gets no istat lines has nothing to do with istatd. */
  #storeIstatdNumbers(): void {
    if (!this.#data.hasIstatdNumbers || this.#intake.istat.received === 0) return;
    const text = this.#istatdNumbers.lines({
      numbers: this.#numbers(),
      refusals: this.#refusals.counts,
      residentBytes: process.memoryUsage.rss(),
    });
    this.#intake.putOwnLines(text);
  }

  #report(): void {
    this.#metrics?.turn();
    this.#tellOverQuota();
    this.#tellLearned();
    this.#tell({
      kind: "report",
      numbers: this.#numbers(),
      refusals: [...this.#refusals.counts],
      degraded: [
        ...this.#intake.quotas.refusing,
        ...(this.#intake.definer.isDiskFull ? [DISK_FULL] : []),
      ],
      warnings: [...this.#intake.quotas.exceeded, ...this.#fills.warnings],
      fills: this.#fills.fills,
      creators: this.#intake.creators.top,
    });
  }

  /** Once a minute while it lasts. */
  #tellOverQuota(): void {
    const { exceeded } = this.#intake.quotas;
    if (exceeded.length === 0 || now() - this.#overQuotaToldAt < OVER_QUOTA_SECONDS) return;
    this.#overQuotaToldAt = now();
    for (const quota of exceeded) this.#log("warn", "over quota", { quota });
  }

  #tellLearned(): void {
    for (const [step, { count, series }] of this.#intake.learner.takeNews()) {
      const example = this.#index.nameOf(series);
      this.#log("info", "step learned", { step, series: count, example });
    }
  }

  #numbers(): Record<string, number> {
    const { carbon, pickle, istat } = this.#intake;
    const { pool } = this.#view;
    const { head } = this.#writer;
    return {
      series: this.#index.count,
      deleted_series: this.#deleted,
      carbon_points_received: carbon.received,
      pickle_points_received: pickle.received,
      istat_points_received: istat.received,
      mode_mismatch: carbon.modeMismatches + pickle.modeMismatches + istat.modeMismatches,
      learned_steps: this.#intake.learner.learned,
      over_quota: this.#intake.quotas.overCount,
      ...this.#receivers.numbers,
      ...this.#batches.numbers,
      head_pages_used: pool.used,
      head_pages: pool.pages,
      head_dropped: head.dropped,
      strays: head.strays.count,
      unsealed_records: Number.isFinite(head.firstLsn) ? this.#writer.lsn - head.firstLsn : 0,
      log_pending_bytes: this.#ring.pendingBytes,
      receivers_paused: this.#waiting.length,
      lsn: this.#writer.lsn,
      ingest_heap_bytes: process.memoryUsage().heapUsed,
      ingest_loop_delay_p99_ms: this.#loopDelay.p99Ms(performance.now() / 1000),
    };
  }

  #log(level: "info" | "warn" | "error", message: string, fields: object = {}): void {
    this.#tell({ kind: "log", level, message, fields });
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
