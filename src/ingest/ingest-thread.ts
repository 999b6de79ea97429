import { parentPort, workerData } from "node:worker_threads";
import { NameIndex } from "../storage/index/name-index.ts";
import { realEnvironment } from "../storage/node-files.ts";
import { recover } from "../storage/recovery.ts";
import { StartError } from "../storage/start-error.ts";
import { OwnedStoreView } from "../storage/store-memory.ts";
import { Ingest } from "./ingest.ts";
import type { FromIngest, IngestThreadData, ToIngest } from "./messages.ts";

/**
 * The ingest thread: recovers the store, then receives. It owns all receivers, the series
 * catalogue, the head and the filling of the log.
 */
const data = workerData as IngestThreadData;
const main = parentPort!;
const tell = (message: FromIngest): void => main.postMessage(message);

const view = new OwnedStoreView(data.memory);
const index = new NameIndex(data.names);

function start(): void {
  const began = performance.now();
  const recovered = recover(realEnvironment, data.folder, view, index);
  const ingest = new Ingest(data, view, index, recovered, tell);
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
  main.on("message", (message: ToIngest) => {
    if (message.kind === "listen") void ingest.listen();
    else if (message.kind === "reload") ingest.reload();
    else if (message.kind === "numbers") ingest.storeNumbers(message.numbers);
    else if (message.kind === "agents") ingest.tellAgents();
    else if (message.kind === "lines") ingest.takeLines(message.text);
    else if (message.kind === "purge-agents") ingest.purgeAgents(message.count, message.seconds);
    else if (message.kind === "metrics") ingest.tellMetrics();
    else if (message.kind === "flush") ingest.flush(message.id);
    else if (message.kind === "delete") ingest.delete(message);
    else if (message.kind === "place") ingest.place(message);
    else void ingest.close().then(() => main.close());
  });
}

try {
  start();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  tell({ kind: "failed", reason: error.message });
}
