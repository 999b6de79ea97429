import { monitorEventLoopDelay } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { loadRules, type Rules, ruleFilesVersion } from "../config/rules.ts";
import { parseIstatRetention } from "../model/retention.ts";
import { IstatDecoder } from "../protocols/istat-lines.ts";
import { PickleDecoder } from "../protocols/pickle.ts";
import { PlaintextDecoder } from "../protocols/plaintext.ts";
import { NameIndex } from "../storage/index/name-index.ts";
import { NameTable } from "../storage/name-table.ts";
import { realEnvironment } from "../storage/node-files.ts";
import { recover } from "../storage/recovery.ts";
import { OwnedStoreView } from "../storage/store-memory.ts";
import { StoreWriter } from "../storage/store-writer.ts";
import type { FromStore, FromWal, ToStore, ToWal } from "../storage/threads/messages.ts";
import { WalRing } from "../storage/wal/ring.ts";
import type { FromIngest, IngestThreadData, Listen, ToIngest } from "./messages.ts";
import { RefusalLog } from "./refusal-log.ts";
import { Replanner } from "./replanner.ts";
import { SeriesDefiner } from "./series-definer.ts";
import { StoreSink } from "./sinks.ts";
import {
  DEFAULT_IDLE_SECONDS,
  DEFAULT_MAX_CONNECTIONS,
  type Pressure,
  type StreamDecoder,
  TcpReceiver,
} from "./tcp-receiver.ts";
import { UdpReceiver } from "./udp-receiver.ts";

/**
 * The ingest thread: recovers the store, then receives. It owns all receivers, the series
 * catalogue, the head and the filling of the log.
 */
const TICK_MS = 100;
const RELOAD_CHECK_MS = 10_000;

const data = workerData as IngestThreadData;
const main = parentPort!;
const tell = (message: FromIngest): void => main.postMessage(message);
const toWal = (message: ToWal): void => data.wal.postMessage(message);
const toStore = (message: ToStore): void => data.store.postMessage(message);

const environment = realEnvironment;
const view = new OwnedStoreView(data.memory);
const index = new NameIndex(data.names);
const ring = new WalRing(data.ring);

const began = performance.now();
const recovered = recover(environment, data.folder, view, index);
tell({
  kind: "recovered",
  store: {
    storeId: recovered.format.storeId,
    timeline: recovered.format.timeline,
    walFiles: recovered.walFiles,
    logEndLsn: recovered.logEndLsn,
    catalogueBytes: recovered.catalogueBytes,
    series: index.count,
    replayedPoints: recovered.replay.points,
    quarantined: recovered.replay.quarantined,
    orphans: recovered.orphans,
    damage: recovered.damage,
    milliseconds: Math.round(performance.now() - began),
  },
});

const writer = new StoreWriter(
  view,
  environment.clock,
  index,
  ring,
  {
    frame: (offset, length) => toWal({ kind: "frame", offset, length }),
    rotate: () => toWal({ kind: "rotate" }),
    cut: (window) => toStore({ kind: "cut", window }),
    frozen: (strays) => toStore({ kind: "frozen", strays }),
    catalogue: (frame, lsn) => toStore({ kind: "catalogue", frame, lsn }),
    needed: (lsn) => toWal({ kind: "needed", lsn }),
  },
  recovered.replay,
);
writer.start(recovered.nextLsn);

const refusals = new RefusalLog(({ protocol, reason, sample, count }) =>
  tell({
    kind: "log",
    level: "warn",
    message: "refused",
    fields: { protocol, reason, count, sample },
  }),
);
let rules = loadRules(data.files);
let filesVersion = ruleFilesVersion(data.files);
const definer = new SeriesDefiner(writer, index, rules, parseIstatRetention(data.istatRetention));
const replanner = new Replanner(writer, view.series, index);
for (const warning of rules.warnings)
  tell({ kind: "log", level: "warn", message: warning, fields: {} });

const refuse = {
  carbon: refusals.forProtocol("carbon"),
  pickle: refusals.forProtocol("pickle"),
  istat: refusals.forProtocol("istat"),
};
const names = {
  carbon: new NameTable((raw) => definer.carbon(raw, refuse.carbon.refuse, false)),
  pickle: new NameTable((raw) => definer.carbon(raw, refuse.pickle.refuse, true)),
  istat: new NameTable((raw) => definer.istat(raw, refuse.istat.refuse)),
};
const sinks = {
  carbon: new StoreSink(names.carbon, writer, refuse.carbon.refuse),
  pickle: new StoreSink(names.pickle, writer, refuse.pickle.refuse),
  istat: new StoreSink(names.istat, writer, refuse.istat.refuse),
};

const now = (): number => Math.floor(Date.now() / 1000);
const waiting: (() => void)[] = [];
const pressure: Pressure = {
  isFull: () => writer.isFull,
  onRoom: (resume) => {
    waiting.push(resume);
  },
};

function tick(): void {
  writer.tick();
  if (replanner.turn(now())) {
    const fields = { series: replanner.changed };
    tell({ kind: "log", level: "info", message: "retention of series changed", fields });
  }
  while (waiting.length > 0 && !writer.isFull) waiting.shift()!();
}

/** A broken file keeps the rules that are in force. */
function reload(): void {
  filesVersion = ruleFilesVersion(data.files);
  let fresh: Rules;
  try {
    fresh = loadRules(data.files);
  } catch (error) {
    const message = `configuration not reloaded, the old rules stay: ${String(error)}`;
    tell({ kind: "log", level: "error", message, fields: {} });
    return;
  }
  rules = fresh;
  definer.rules = rules;
  for (const table of [names.carbon, names.pickle]) table.clear();
  replanner.begin(rules.storage);
  for (const warning of rules.warnings) {
    tell({ kind: "log", level: "warn", message: warning, fields: {} });
  }
  tell({ kind: "reloaded" });
}

data.wal.on("message", (message: FromWal) => {
  if (message.kind === "released") writer.released(message.frames);
  else if (message.kind === "dropped") toStore(message);
  else onWalClosed?.(message.failure);
});
data.store.on("message", (message: FromStore) => {
  if (message.kind === "sealed") writer.sealed(message.window);
  else if (message.kind === "flushed") writer.flushed(message.strays);
  else if (message.kind === "catalogued") writer.catalogued(message.lsn);
  else onStoreClosed?.();
});

const tcp: TcpReceiver[] = [];
const udp: { name: string; receiver: UdpReceiver }[] = [];
const addresses: Record<string, string> = {};

async function listen(
  name: "carbon" | "pickle" | "istat",
  address: Listen,
  newDecoder: () => StreamDecoder,
  newDatagramDecoder: (() => (datagram: Buffer) => void) | null,
): Promise<void> {
  if (address === null) return;
  const receiver = new TcpReceiver(
    { ...address, maxConnections: DEFAULT_MAX_CONNECTIONS, idleSeconds: DEFAULT_IDLE_SECONDS },
    newDecoder,
    pressure,
    refuse[name].refuse,
  );
  try {
    addresses[name] = await receiver.listen();
    tcp.push(receiver);
    if (newDatagramDecoder === null) return;
    // The same port; with port 0 the one that TCP was given.
    const port = Number(addresses[name].slice(addresses[name].lastIndexOf(":") + 1));
    const datagrams = new UdpReceiver(
      { host: address.host, port },
      newDatagramDecoder(),
      pressure,
      refuse[name].refuse,
    );
    await datagrams.listen();
    udp.push({ name, receiver: datagrams });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--${name}-listen ${address.host}:${address.port} cannot be opened: ${reason}`);
  }
}

function plaintextDecoder(): PlaintextDecoder {
  return new PlaintextDecoder(names.carbon, sinks.carbon, refuse.carbon, now);
}
function istatDecoder(): IstatDecoder {
  return new IstatDecoder(names.istat, sinks.istat, refuse.istat, now);
}
function neverClosing(decoder: { push(chunk: Buffer): void; end(): void }): StreamDecoder {
  return {
    push: (chunk) => {
      decoder.push(chunk);
      return null;
    },
    end: () => decoder.end(),
  };
}

const loopDelay = monitorEventLoopDelay({ resolution: 2 });
loopDelay.enable();

function report(): void {
  const memory = process.memoryUsage();
  tell({
    kind: "report",
    numbers: {
      series: index.count,
      carbon_points_received: sinks.carbon.received,
      pickle_points_received: sinks.pickle.received,
      istat_points_received: sinks.istat.received,
      connections: tcp.reduce((sum, receiver) => sum + receiver.connections, 0),
      udp_datagrams: udp.reduce((sum, { receiver }) => sum + receiver.datagrams, 0),
      udp_dropped: udp.reduce((sum, { receiver }) => sum + receiver.dropped, 0),
      udp_dropped_by_kernel: udp.reduce((sum, { receiver }) => sum + receiver.kernelDrops(), 0),
      head_pages_used: view.pool.used,
      head_pages: view.pool.pages,
      head_dropped: writer.head.dropped,
      strays: writer.head.strays.count,
      log_pending_bytes: ring.pendingBytes,
      receivers_paused: waiting.length,
      lsn: writer.lsn,
      ingest_heap_bytes: memory.heapUsed,
      ingest_loop_delay_p99_ms: loopDelay.percentile(99) / 1e6,
    },
    refusals: [...refusals.counts],
  });
}

let onWalClosed: ((failure: string | null) => void) | null = null;
let onStoreClosed: (() => void) | null = null;

/** Loses nothing that was read: what is in the log's buffer is written and synced. */
async function close(): Promise<void> {
  await Promise.all([
    ...tcp.map((receiver) => receiver.close()),
    ...udp.map(({ receiver }) => receiver.close()),
  ]);
  clearInterval(ticking);
  clearInterval(reporting);
  clearInterval(checking);
  writer.flushCatalogue();
  writer.flush();
  const storeClosed = new Promise<void>((resolve) => {
    onStoreClosed = resolve;
  });
  const walClosed = new Promise<string | null>((resolve) => {
    onWalClosed = resolve;
  });
  toStore({ kind: "close" });
  toWal({ kind: "close" });
  const walFailure = await walClosed;
  await storeClosed;
  data.wal.close();
  data.store.close();
  tell({ kind: "closed", walFailure });
  main.close();
}

main.on("message", (message: ToIngest) => {
  if (message.kind === "reload") reload();
  else if (message.kind === "freeze") writer.freezeStrays();
  else void close();
});

const ticking = setInterval(tick, TICK_MS);
const reporting = setInterval(report, 1000);
const checking = setInterval(() => {
  if (ruleFilesVersion(data.files) !== filesVersion) reload();
}, RELOAD_CHECK_MS);

try {
  await listen(
    "carbon",
    data.carbon,
    () => neverClosing(plaintextDecoder()),
    () => {
      const decoder = plaintextDecoder();
      return (datagram) => decoder.pushDatagram(datagram);
    },
  );
  await listen(
    "pickle",
    data.pickle,
    () => new PickleDecoder(names.pickle, sinks.pickle, refuse.pickle, now),
    null,
  );
  await listen(
    "istat",
    data.istat,
    () => neverClosing(istatDecoder()),
    () => {
      const decoder = istatDecoder();
      return (datagram) => decoder.pushDatagram(datagram);
    },
  );
  tell({ kind: "listening", addresses });
} catch (error) {
  tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
}
