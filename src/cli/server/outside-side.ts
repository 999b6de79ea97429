import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import type { Logger } from "pino";
import type { Settings } from "../../config/settings.ts";
import { GraphiteError } from "../../model/errors.ts";
import type { OutsideData } from "../../query/messages.ts";
import { reserveOutsideMemory } from "../../query/outside/outside-memory.ts";
import type { FromOutside, OutsideThreadData } from "../../query/outside/outside-thread.ts";

/** Between two lines of the log about files that cannot be read. */
const LOG_MS = 1000;
/** Files that are told apart when they are counted: several threads meet the same one. */
const MAX_KNOWN = 100_000;

/** The stores of other systems behind ours: for each a thread that knows its names. */
export class OutsideSide {
  readonly stores: readonly OutsideData[];
  readonly #workers: Worker[] = [];
  readonly #log: Logger;
  readonly #unreadable = new Set<string>();
  #untold = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  readonly #scans = new Map<string, FromOutside & { kind: "scanned" }>();
  #isClosed = false;

  /** @throws GraphiteError ERR_CONFIG for a folder that is none */
  constructor(settings: Settings, log: Logger) {
    this.#log = log;
    const stores: OutsideData[] = [];
    const add = (kind: OutsideData["kind"], setting: string, path: string | null): void => {
      if (path === null) return;
      const folder = resolve(path);
      if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw new GraphiteError("ERR_CONFIG", `${setting}: ${folder} is no folder`);
      }
      stores.push({ kind, folder, memory: reserveOutsideMemory(settings.maxSeries) });
    };
    add("whisper", "whisper-dir", settings.whisperDir);
    add("istatd", "istatd-store", settings.istatdStore);
    this.stores = stores;
    for (const store of stores) this.#start(store, settings);
  }

  get numbers(): Record<string, number> {
    if (this.stores.length === 0) return {};
    const scans = [...this.#scans.values()];
    const sum = (of: (scan: (typeof scans)[number]) => number): number =>
      scans.reduce((total, scan) => total + of(scan), 0);
    return {
      read_through_series: sum(({ series }) => series),
      read_through_folders: sum(({ folders }) => folders),
      read_through_unnamed_files: sum(({ unnamed }) => unnamed),
      read_through_scan_seconds: sum(({ seconds }) => seconds),
      read_through_unreadable_files: this.#unreadable.size,
    };
  }

  /** A file or folder cannot be read. */
  onUnreadable(path: string, reason: string): void {
    if (this.#unreadable.has(path) || this.#unreadable.size >= MAX_KNOWN) return;
    this.#unreadable.add(path);
    this.#untold++;
    const now = performance.now();
    if (now - this.#toldAt < LOG_MS) return;
    this.#log.warn({ path, reason, count: this.#untold }, "left out of another store's files");
    this.#untold = 0;
    this.#toldAt = now;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start({ kind, folder, memory }: OutsideData, settings: Settings): void {
    const { whisperTaggedNames: taggedNames, rescanSeconds } = settings;
    const workerData: OutsideThreadData = { kind, folder, taggedNames, rescanSeconds, memory };
    const worker = new Worker(new URL("../../query/outside/outside-thread.js", import.meta.url), {
      workerData,
      name: kind,
    });
    this.#workers.push(worker);
    worker.on("message", (message: FromOutside) => {
      if (message.kind === "problem")
        this.onUnreadable(`${folder}/${message.path}`, message.reason);
      else this.#onScan(folder, message);
    });
    // What is known already stays; the store itself needs nothing of this.
    worker.on("error", (error) => {
      if (!this.#isClosed)
        this.#log.error({ err: error, folder }, "names are not looked for any more");
    });
  }

  #onScan(folder: string, scan: FromOutside & { kind: "scanned" }): void {
    const before = this.#scans.get(folder);
    this.#scans.set(folder, scan);
    const { series, folders, unnamed, seconds, isFull } = scan;
    if (before === undefined)
      this.#log.info(
        { folder, series, folders, unnamed, seconds },
        "another store's names are known",
      );
    if (isFull && before?.isFull !== true) {
      this.#log.warn(
        { folder, series },
        "there are more names than there is room for: raise --max-series",
      );
    }
  }
}
