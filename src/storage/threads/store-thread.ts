import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CatalogueFile } from "../catalogue-file.ts";
import { adoptable } from "../import/adopt.ts";
import { type FileEntry, Manifest } from "../manifest.ts";
import { Merger } from "../merge/merger.ts";
import { Scrubber } from "../merge/scrubber.ts";
import { realEnvironment } from "../node-files.ts";
import { Sealer } from "../seal/sealer.ts";
import { linkStore } from "../snapshot/link-store.ts";
import { QUARANTINE_FOLDER, quarantinePath, STATFILE_FOLDER } from "../store-folder.ts";
import { StoreView } from "../store-memory.ts";
import type {
  AdoptFiles,
  FromStore,
  SnapshotAnswer,
  SnapshotRequest,
  StoreThreadData,
  ThreadAdopted,
  ThreadDamage,
  ThreadReport,
  ThreadScrub,
  ToReader,
  ToStore,
  ToStoreThread,
} from "./messages.ts";
import { yieldToOthers } from "./thread-priority.ts";

/**
 * The thread that owns StatFiles, manifest and catalogue: seals windows, flushes strays and tells
 * the readers. A reader is known by the port over which it is told.
 */
const IDLE_MS = 1000;

const data = workerData as StoreThreadData;
yieldToOthers();
const view = new StoreView(data.memory);
const durable = new BigInt64Array(data.durable);
const manifest = new Manifest(realEnvironment, data.folder);
const catalogue = new CatalogueFile(realEnvironment, data.folder, data.catalogueBytes);
const readers = new Set<MessagePort>();
let waiting: { frame: Uint8Array; lsn: number }[] = [];
let catalogueFailure: Error | null = null;
let failure: string | null = null;
/** Of the list of StatFiles. */
let version = 1;
let timer: NodeJS.Timeout | NodeJS.Immediate | null = null;

function tell(message: FromStore): void {
  data.ingest.postMessage(message);
}

function tellReaders(change: Omit<ToReader, "version">): void {
  version++;
  const news: ToReader = { version, ...change };
  for (const port of readers) port.postMessage(news);
}

const durableLsn = (): number => Number(Atomics.load(durable, 0));
catalogue.syncExisting();

const merger = new Merger(realEnvironment, view, data.folder, manifest, durableLsn, {
  changed: (added, removed) => tellReaders({ added: [...added], removed: [...removed] }),
  damaged: (file, error) => damage(file, error),
});

const sealer = new Sealer(
  realEnvironment,
  view,
  `${data.folder}/${STATFILE_FOLDER}`,
  manifest,
  durableLsn,
  {
    added: (entries: readonly FileEntry[]) => {
      tellReaders({ added: [...entries], removed: [] });
      merger.added(entries);
    },
    sealed: (window) => tell({ kind: "sealed", window }),
    flushed: (strays) => tell({ kind: "flushed", strays }),
  },
);

const scrubber = new Scrubber(
  realEnvironment.clock,
  () => [...manifest.files].map(({ file }) => file),
  (file) => merger.examine(file),
  data.scrubBytesPerSecond,
  (result) => {
    const message: ThreadScrub = { kind: "scrubbed", result };
    parentPort?.postMessage(message);
  },
);
let scrubFailure: Error | null = null;

/** Damaged files that lie in quarantine; whoever removes them there has taken notice. */
const quarantined = manifest.quarantined.filter(({ file }) =>
  realEnvironment.files.exists(`${data.folder}/${quarantinePath(file)}`),
).length;

function scrubStep(): "more" | "wait" | "idle" {
  try {
    const state = scrubber.step();
    if (state === "idle") scrubFailure = null;
    return state;
  } catch (error) {
    // A file could not be read just now; it is looked at again the next time.
    scrubFailure = error instanceof Error ? error : new Error(String(error));
    return "more";
  }
}

function damage(file: string, error: Error): void {
  const message: ThreadDamage = { kind: "damage", file, reason: error.message };
  parentPort?.postMessage(message);
}

function problem(): string | null {
  const error = sealer.failure ?? catalogueFailure ?? merger.failure ?? scrubFailure;
  return error?.message ?? merger.spaceProblem ?? merger.clockProblem;
}

function warnings(): string[] {
  const { held, rescuedFiles } = merger;
  const list: string[] = [];
  const count = quarantined + rescuedFiles;
  if (count > 0) list.push(`${count} damaged StatFiles are in ${QUARANTINE_FOLDER}`);
  if (held === null) return list;
  const until = new Date(held.until * 1000).toISOString();
  list.push(
    `what shortened retentions no longer keep is removed after ${until}, unless they are taken back`,
  );
  return list;
}

function report(): void {
  failure = problem();
  const message: ThreadReport = {
    kind: "report",
    thread: "store",
    failure,
    warnings: warnings(),
    numbers: {
      seal_queue: sealer.queueLength,
      sealed_windows: sealer.sealedWindows,
      flushed_strays: sealer.flushedStrays,
      merges: merger.merges,
      roll_ups: merger.rollUps,
      cleaned_statfiles: merger.cleanedFiles,
      expired_statfiles: merger.expiredFiles,
      scrubbed_statfiles: scrubber.scrubbedFiles,
      scrubbed_bytes: scrubber.scrubbedBytes,
      quarantined_statfiles: quarantined + merger.rescuedFiles,
      held_statfiles: merger.held?.files ?? 0,
      held_statfile_bytes: merger.held?.bytes ?? 0,
      statfile_bytes_written: sealer.bytesWritten + merger.bytesWritten,
      statfile_bytes: bytesOf(manifest.files),
      statfiles: [...manifest.files].length,
    },
  };
  parentPort?.postMessage(message);
}

function bytesOf(entries: Iterable<FileEntry>): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.bytes;
  return bytes;
}

/** The log must not be dropped before its definitions are here, so a failed append is tried again. */
function appendCatalogue(): void {
  while (waiting.length > 0) {
    const { frame, lsn } = waiting[0]!;
    try {
      catalogue.append(frame);
      catalogueFailure = null;
    } catch (error) {
      catalogueFailure = error instanceof Error ? error : new Error(String(error));
      return;
    }
    waiting = waiting.slice(1);
    tell({ kind: "catalogued", lsn });
  }
}

function work(): void {
  timer = null;
  appendCatalogue();
  // Sealing comes first: it gives memory back, and a merge must know all older parts.
  let state = sealer.step();
  if (state === "idle") state = merger.step();
  if (state !== "more") {
    const scrub = scrubStep();
    if (scrub !== "idle") state = scrub;
  }
  if (problem() !== failure) report();
  // Between two steps messages are read; ingest and queries come first on a small machine.
  if (state === "more") timer = setImmediate(work);
  else timer = setTimeout(work, state === "idle" ? IDLE_MS : 100);
}

function wake(): void {
  if (timer !== null) clearTimer();
  timer = setImmediate(work);
}

function clearTimer(): void {
  clearTimeout(timer as NodeJS.Timeout);
  clearImmediate(timer as NodeJS.Immediate);
  timer = null;
}

data.ingest.on("message", (message: ToStore) => {
  switch (message.kind) {
    case "cut":
      sealer.sealLater(message.window);
      wake();
      return;
    case "frozen":
      sealer.flushLater(message.strays);
      wake();
      return;
    case "catalogue":
      waiting.push({ frame: message.frame, lsn: message.lsn });
      wake();
      return;
    case "dropped":
      manifest.forgetBelow(message.lsn);
      return;
    case "deleted":
      merger.deleted(message.shards);
      wake();
      return;
    case "close":
      // What is not sealed yet is in the log: the next start goes on with it.
      appendCatalogue();
      catalogue.close();
      manifest.close();
      tell({ kind: "closed" });
      data.ingest.close();
      clearInterval(reporting);
      merger.close();
      if (timer !== null) clearTimer();
      parentPort?.close();
      return;
  }
});

/** Makes files that an import has written part of the store. */
function adopt({ id, entries, areUploads }: AdoptFiles): void {
  let failure: string | null = null;
  try {
    const root = `${data.folder}/${STATFILE_FOLDER}`;
    const series = areUploads ? view.series.next : null;
    const add = adoptable(realEnvironment.files, root, manifest, view.plans, entries, series);
    manifest.commit({ add });
    tellReaders({ added: add, removed: [] });
    merger.added(add);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const message: ThreadAdopted = { kind: "adopted", id, failure };
  parentPort?.postMessage(message);
}

/** From the supervisor: a new reader, files of an import, a scrub, a file to be examined, a snapshot. */
parentPort?.on("message", (message: ToStoreThread) => {
  if ("kind" in message) {
    if (message.kind === "adopt") adopt(message);
    else parentPort?.postMessage(gather(message));
    return;
  }
  if ("scrub" in message) {
    if (message.scrub === null) scrubber.begin();
    else scrubber.suspect(message.scrub);
    wake();
    return;
  }
  const { reader } = message;
  readers.add(reader);
  reader.on("close", () => readers.delete(reader));
  const news: ToReader = { version, added: [...manifest.files], removed: [] };
  reader.postMessage(news);
});

/** Nothing is sealed, merged or removed meanwhile: this thread does all of that. */
function gather({ folder }: SnapshotRequest): SnapshotAnswer {
  try {
    appendCatalogue();
    const linked = linkStore(realEnvironment.files, data.folder, manifest.files, folder);
    return { kind: "snapshot", failure: null, ...linked };
  } catch (error) {
    return { kind: "snapshot", failure: error instanceof Error ? error.message : String(error) };
  }
}

const reporting = setInterval(report, 1000);
report();
wake();
