import { parentPort, workerData } from "node:worker_threads";
import { istatdNames } from "../../../compat/istatd/istatd-tree.ts";
import type { TreeScan } from "../../../compat/tree-names.ts";
import { readTaggedNames } from "../../../compat/whisper/tagged-names.ts";
import { whisperNames } from "../../../compat/whisper/whisper-tree.ts";
import { yieldToOthers } from "../../storage/threads/thread-priority.ts";
import type { OutsideMemory } from "./outside-memory.ts";
import { OutsideNames } from "./outside-names.ts";

export interface OutsideThreadData {
  kind: "whisper" | "istatd";
  folder: string;
  /** File of the names of tagged series. */
  taggedNames: string | null;
  rescanSeconds: number;
  memory: OutsideMemory;
}

export type FromOutside =
  | ({ kind: "scanned"; seconds: number } & TreeScan)
  | { kind: "problem"; path: string; reason: string };

/** Problems of one scan that are told of one by one. */
const MAX_PROBLEMS = 100;

/** A thread that knows the names in another system's store; it reads folders and no files. */
const data = workerData as OutsideThreadData;
const tell = (message: FromOutside): void => parentPort!.postMessage(message);

yieldToOthers();
const { kind, folder, memory, rescanSeconds, taggedNames } = data;
let problems = 0;
const names = new OutsideNames(
  folder,
  kind === "whisper" ? whisperNames(readTaggedNames(taggedNames)) : istatdNames(folder),
  memory,
  (path, reason) => {
    if (problems++ < MAX_PROBLEMS) tell({ kind: "problem", path, reason });
  },
);

function scan(): void {
  const begin = performance.now();
  problems = 0;
  const result = names.scan();
  const took = performance.now() - begin;
  tell({ kind: "scanned", ...result, seconds: took / 1000 });
  // A tree on a slow disk may take longer than the time between two scans.
  setTimeout(scan, Math.max(rescanSeconds * 1000 - took, took));
}

scan();
