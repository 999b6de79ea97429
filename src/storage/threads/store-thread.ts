import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CatalogueFile } from "../catalogue-file.ts";
import { type FileEntry, Manifest } from "../manifest.ts";
import { realEnvironment } from "../node-files.ts";
import { Sealer } from "../seal/sealer.ts";
import { STATFILE_FOLDER } from "../store-folder.ts";
import { StoreView } from "../store-memory.ts";
import type { FromStore, StoreThreadData, ThreadReport, ToReader, ToStore } from "./messages.ts";

/**
 * The thread that owns StatFiles, manifest and catalogue: seals windows, flushes strays and tells
 * the readers. A reader is known by the port over which it is told.
 */
const data = workerData as StoreThreadData;
const view = new StoreView(data.memory);
const durable = new BigInt64Array(data.durable);
const manifest = new Manifest(realEnvironment, data.folder);
const catalogue = new CatalogueFile(realEnvironment, data.folder, data.catalogueBytes);
const readers = new Set<MessagePort>();
let waiting: { frame: Uint8Array; lsn: number }[] = [];
let catalogueFailure: Error | null = null;
let failure: string | null = null;
let timer: NodeJS.Timeout | NodeJS.Immediate | null = null;

function tell(message: FromStore): void {
  data.ingest.postMessage(message);
}

const sealer = new Sealer(
  realEnvironment,
  view,
  `${data.folder}/${STATFILE_FOLDER}`,
  manifest,
  () => Number(Atomics.load(durable, 0)),
  {
    added: (entries: readonly FileEntry[]) => {
      const news: ToReader = { added: [...entries] };
      for (const port of readers) port.postMessage(news);
    },
    sealed: (window) => tell({ kind: "sealed", window }),
    flushed: (strays) => tell({ kind: "flushed", strays }),
  },
);

function report(): void {
  failure = (sealer.failure ?? catalogueFailure)?.message ?? null;
  const message: ThreadReport = {
    kind: "report",
    thread: "store",
    failure,
    numbers: {
      seal_queue: sealer.queueLength,
      sealed_windows: sealer.sealedWindows,
      flushed_strays: sealer.flushedStrays,
      statfile_bytes_written: sealer.bytesWritten,
      statfiles: [...manifest.files].length,
    },
  };
  parentPort?.postMessage(message);
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
  const state = sealer.step();
  if (((sealer.failure ?? catalogueFailure)?.message ?? null) !== failure) report();
  // Between two steps messages are read; ingest and queries come first on a small machine.
  if (state === "more") timer = setImmediate(work);
  else if (state === "wait" || waiting.length > 0) timer = setTimeout(work, 100);
}

function wake(): void {
  if (timer === null) timer = setImmediate(work);
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
    case "close":
      // What is not sealed yet is in the log: the next start goes on with it.
      appendCatalogue();
      catalogue.close();
      manifest.close();
      tell({ kind: "closed" });
      data.ingest.close();
      clearInterval(reporting);
      if (timer !== null) {
        clearTimeout(timer as NodeJS.Timeout);
        clearImmediate(timer as NodeJS.Immediate);
      }
      parentPort?.close();
      return;
  }
});

/** From the supervisor: a new reader, or one that is gone. */
parentPort?.on("message", (message: { reader: MessagePort }) => {
  const { reader } = message;
  readers.add(reader);
  reader.on("close", () => readers.delete(reader));
  const news: ToReader = { added: [...manifest.files] };
  reader.postMessage(news);
});

const reporting = setInterval(report, 1000);
report();
