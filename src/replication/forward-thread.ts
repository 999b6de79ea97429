import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { FromForward, ToForward } from "../ingest/messages.ts";
import { realEnvironment } from "../storage/node-files.ts";
import { Forwarder } from "./forwarder.ts";
import type { Destination, ForwardThreadData, FromForwardThread } from "./messages.ts";
import { SocketWire } from "./socket-wire.ts";

/**
 * The thread that sends on what is received: it owns the spools and the connections to the
 * receivers. Its file calls are synchronous, so that a slow disk stops nobody else.
 */
const TICK_MS = 100;
const REPORT_MS = 1000;

const data = workerData as ForwardThreadData;
const tell = (message: FromForwardThread): void => parentPort?.postMessage(message);
const now = (): number => performance.now();

function open(destination: Destination): Forwarder {
  const { host, port } = destination;
  const receiver = `${host}:${port}`;
  const wire = new SocketWire(destination, now, () => forwarder);
  const forwarder: Forwarder = new Forwarder(
    {
      files: realEnvironment.files,
      folder: `${data.folder}/${host.replace(/[^\w.-]/g, "_")}_${port}`,
      maxBytes: data.maxBytes,
      step: data.step,
      batchMs: data.batchMs,
      syncMs: data.syncMs,
      host: hostname(),
      version: data.version,
      random: Math.random,
      newSender: () => randomBytes(16).toString("hex"),
      log: (level, message) => tell({ kind: "log", level, message, fields: { receiver } }),
    },
    wire,
    now(),
  );
  return forwarder;
}

function start(): void {
  const forwarders = data.destinations.map(open);
  data.source.on("message", (message: ToForward) => {
    if (message.kind === "close") close();
    else if (message.kind === "meta") {
      for (const forwarder of forwarders) forwarder.meta(message.key, message.value);
    } else {
      const { kind, lines } = message;
      for (const forwarder of forwarders) forwarder.take(kind, Buffer.from(lines));
      const taken: FromForward = { bytes: lines.length };
      data.source.postMessage(taken);
    }
  });
  const timers = [
    setInterval(() => {
      for (const forwarder of forwarders) forwarder.tick(now());
    }, TICK_MS),
    setInterval(report, REPORT_MS),
  ];

  function report(): void {
    const numbers: Record<string, number> = { forward_receivers: forwarders.length };
    for (const forwarder of forwarders) {
      for (const [name, value] of Object.entries(forwarder.numbers)) {
        numbers[name] = (numbers[name] ?? 0) + value;
      }
    }
    const degraded = forwarders.flatMap(({ failure }) =>
      failure === null ? [] : [`the spool cannot be written: ${failure}`],
    );
    tell({ kind: "report", numbers, degraded });
  }

  function close(): void {
    for (const timer of timers) clearInterval(timer);
    for (const forwarder of forwarders) forwarder.close();
    report();
    tell({ kind: "closed" });
    data.source.close();
  }

  report();
  tell({ kind: "ready" });
}

try {
  start();
} catch (error) {
  tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
}
