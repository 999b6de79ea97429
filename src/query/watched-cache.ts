import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type StoreMemory, StoreView } from "../storage/store-memory.ts";
import type { ToReader } from "../storage/threads/messages.ts";
import { AnswerCache, type FileChange } from "./answer-cache.ts";
import { isUnchanged } from "./footprint.ts";

/**
 * A cache of answers that watches a running store: counters in its memory, and the news of its
 * files. `connect` gives the store thread the other end of a reader's port.
 */
export function watchedCache(
  memory: StoreMemory,
  names: { readonly version: number },
  maxBytes: number,
  connect: (port: MessagePort) => void,
): AnswerCache {
  const view = new StoreView(memory);
  const cache = new AnswerCache(maxBytes, (dependencies) =>
    isUnchanged(dependencies, view, names, Date.now() / 1000),
  );
  const ranges = new FileRanges();
  const { port1, port2 } = new MessageChannel();
  port2.on("message", (news: ToReader) => cache.filesChanged(ranges.changesOf(news)));
  // It must not keep a process alive that is done.
  port2.unref();
  connect(port1);
  return cache;
}

/** Which time the StatFiles that come and go are about. */
export class FileRanges {
  readonly #ranges = new Map<string, { from: number; until: number }>();

  changesOf({ version, added, removed }: ToReader): FileChange[] {
    const changes: FileChange[] = [];
    for (const { file, from, until } of added) {
      this.#ranges.set(file, { from, until });
      changes.push({ version, from, until });
    }
    for (const file of removed) {
      const range = this.#ranges.get(file);
      this.#ranges.delete(file);
      if (range !== undefined) changes.push({ version, ...range });
    }
    return changes;
  }
}
