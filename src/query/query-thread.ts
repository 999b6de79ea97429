import { join } from "node:path";
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { IstatdTree } from "../../compat/istatd/istatd-tree.ts";
import { WhisperTree } from "../../compat/whisper/whisper-tree.ts";
import { GraphiteError } from "../model/errors.ts";
import { watchBacktracking } from "../model/regex.ts";
import { NameIndex } from "../storage/index/name-index.ts";
import { nodeFiles } from "../storage/node-files.ts";
import { FileSet } from "../storage/read/file-set.ts";
import { StoreReader } from "../storage/read/store-reader.ts";
import { STATFILE_FOLDER } from "../storage/store-folder.ts";
import { StoreView } from "../storage/store-memory.ts";
import type { ToReader } from "../storage/threads/messages.ts";
import { EventCopy } from "./event-copy.ts";
import { Footprint } from "./footprint.ts";
import type { FromQuery, QueryThreadData, ToQuery } from "./messages.ts";
import { OutsideStore } from "./outside/outside-store.ts";
import { UnionSource } from "./outside/union-source.ts";
import { rulesFromTexts } from "./rules-from-texts.ts";
import { runJob } from "./run-job.ts";
import { StoreSource } from "./store-source.ts";
import { TagIndex } from "./tags/tag-index.ts";

/** A thread that answers queries, one at a time: a heavy one holds up neither ingest nor HTTP. */
const data = workerData as QueryThreadData;
const main = parentPort!;
const tell = (message: FromQuery, transfer: ArrayBuffer[] = []): void =>
  main.postMessage(message, transfer);

const view = new StoreView(data.memory);
const names = new NameIndex(data.names);
const files = new FileSet(nodeFiles, `${data.folder}/${STATFILE_FOLDER}`, (file, error) =>
  tell({ kind: "damage", file, reason: error.message }),
);
const reader = new StoreReader(view, files, data.reader, () => drain(data.store));
const events = new EventCopy((position) => tell({ kind: "events-since", position }));
const source = new StoreSource(
  names,
  TagIndex.shared(names, data.tags),
  reader,
  rulesFromTexts(data.rules),
  (questions) => events.answer(questions),
);

const others = data.outside.map(
  ({ kind, folder, memory }, place) =>
    new OutsideStore(
      place,
      memory,
      kind === "whisper" ? new WhisperTree(folder) : new IstatdTree(folder),
      (path, reason) => tell({ kind: "outside", path: join(folder, path), reason }),
    ),
);
const everything = others.length === 0 ? source : new UnionSource(source, others);

/** News of StatFiles that lie in the port: a busy thread gets no events. */
function drain(port: MessagePort): void {
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: ToReader } | undefined;
    if (received === undefined) return;
    take(received.message);
  }
}

function take({ added, removed, version }: ToReader): void {
  files.add(added);
  files.remove(removed);
  files.version = version;
}

/** Memory is handed over, not copied; but short texts lie in a pool that they share with others. */
function withOwnMemory(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = body.buffer instanceof ArrayBuffer && body.buffer.byteLength > Buffer.poolSize;
  return isOwn ? (body as Uint8Array<ArrayBuffer>) : new Uint8Array(body);
}

let hasWarned = false;
watchBacktracking(() => {
  if (!hasWarned) tell({ kind: "backtracking" });
  hasWarned = true;
});

main.on("message", async (message: ToQuery) => {
  if (message.kind === "rules") {
    source.setRules(rulesFromTexts(message.rules));
    return;
  }
  if (message.kind === "events") {
    events.apply(message.news);
    return;
  }
  hasWarned = false;
  drain(data.store);
  const nowSeconds = Date.now() / 1000;
  source.footprint = message.isWatched
    ? new Footprint(view, message.names, files.version, nowSeconds)
    : null;
  for (const other of others) other.waitForNames();
  try {
    // What is looked for by its series is to be changed: that can only be our own.
    const asked = message.job.kind === "leaves" ? source : everything;
    const answer = await runJob(message.job, asked, data.timeZone, data.limits);
    const body = withOwnMemory(answer.body);
    const dependencies = source.footprint?.dependencies ?? null;
    tell({ kind: "answer", answer: { ...answer, body }, dependencies }, [body.buffer]);
  } catch (error) {
    tell({
      kind: "error",
      code: error instanceof GraphiteError ? error.code : null,
      message: error instanceof Error ? error.message : String(error),
      stack: error instanceof Error ? (error.stack ?? "") : "",
    });
  }
});
// Until the store thread has said which files there are, every answer would be empty.
let isReady = false;
data.store.on("message", (news: ToReader) => {
  take(news);
  if (!isReady) tell({ kind: "ready" });
  isReady = true;
});
