import { parentPort, workerData } from "node:worker_threads";
import { realEnvironment } from "../node-files.ts";
import { WAL_FOLDER } from "../store-folder.ts";
import { WalFiles } from "../wal/files.ts";
import type { FromWal, ThreadReport, ToWal, WalThreadData } from "./messages.ts";

/**
 * The thread that writes and syncs the log, with synchronous calls: a slow disk stops this thread
 * and no other one.
 */
const data = workerData as WalThreadData;
const ring = new Uint8Array(data.ring);
const durable = new BigInt64Array(data.durable);
const wal = new WalFiles(
  realEnvironment,
  `${data.folder}/${WAL_FOLDER}`,
  { storeId: data.storeId, timeline: data.timeline },
  data.files,
  data.endLsn,
);
let failure: string | null = null;
let lastSync = 0;
let droppedLsn = 0;
/** What is to be dropped next, 0 for nothing. */
let neededLsn = 0;
/** Time that writing and syncing have taken. */
let busyMs = 0;
let syncTimer: NodeJS.Timeout | null = null;

function tell(message: FromWal): void {
  data.ingest.postMessage(message);
}

function tellDropped(): void {
  if (wal.droppedLsn === droppedLsn) return;
  droppedLsn = wal.droppedLsn;
  tell({ kind: "dropped", lsn: droppedLsn });
}

/** Drops what is not needed any more, unless a snapshot is being made of it. */
function dropOld(): void {
  if (neededLsn === 0 || Atomics.load(durable, 1) !== 0n) return;
  wal.needed(neededLsn);
  neededLsn = 0;
  tellDropped();
}

function report(): void {
  const now = wal.failure?.message ?? null;
  failure = now;
  const message: ThreadReport = {
    kind: "report",
    thread: "wal",
    failure: now,
    warnings: [],
    numbers: {
      wal_files: wal.fileCount,
      wal_frames: wal.framesWritten,
      wal_bytes: wal.bytesWritten,
      wal_busy_seconds: busyMs / 1000,
      wal_durable_lsn: wal.durableLsn,
    },
  };
  parentPort?.postMessage(message);
}

function sync(): void {
  syncTimer = null;
  lastSync = performance.now();
  dropOld();
  const frames = wal.sync();
  busyMs += performance.now() - lastSync;
  if (frames > 0) {
    Atomics.store(durable, 0, BigInt(wal.durableLsn));
    tell({ kind: "released", frames });
    tellDropped();
  }
  if ((wal.failure?.message ?? null) !== failure) report();
  // A log that cannot be written is tried again; see WalFiles.
  if (wal.failure !== null) syncLater();
}

function syncLater(): void {
  if (syncTimer !== null) return;
  const wait = Math.max(0, lastSync + Math.max(data.syncMs, 1) - performance.now());
  syncTimer = setTimeout(sync, wait);
}

data.ingest.on("message", (message: ToWal) => {
  switch (message.kind) {
    case "frame": {
      const began = performance.now();
      wal.write(ring.subarray(message.offset, message.offset + message.length));
      busyMs += performance.now() - began;
      syncLater();
      return;
    }
    case "rotate":
      wal.rotate();
      return;
    case "needed":
      neededLsn = message.lsn;
      dropOld();
      return;
    case "close":
      if (syncTimer !== null) clearTimeout(syncTimer);
      sync();
      wal.close();
      if (syncTimer !== null) clearTimeout(syncTimer);
      tell({ kind: "closed", failure: wal.failure?.message ?? null });
      data.ingest.close();
      clearInterval(reporting);
      parentPort?.close();
      return;
  }
});

/** From the supervisor: somebody waits for what was written to be synced. */
parentPort?.on("message", (_message: "sync") => {
  if (syncTimer !== null) clearTimeout(syncTimer);
  sync();
});

const reporting = setInterval(report, 1000);
wal.syncExisting();
Atomics.store(durable, 0, BigInt(wal.durableLsn));
report();
