import type { NameIndex } from "../../storage/index/name-index.ts";
import type { TagMemory } from "./tag-memory.ts";
import { TagWriter } from "./tag-writer.ts";

/** What new series may take of the main thread at a time. */
const SLICE_MS = 3;
const IDLE_MS = 200;

/**
 * Keeps the tag index up to date from the main thread, in slices, so that HTTP goes on meanwhile: at
 * leisure, and before every job, so that what had come before the request is found by it. The main
 * thread writes it because it is the one that is never ended in the middle of something.
 */
export class TagKeeper {
  readonly #writer: TagWriter;
  readonly #timer: NodeJS.Timeout;
  #next: NodeJS.Immediate | null = null;

  constructor(names: NameIndex, memory: TagMemory) {
    this.#writer = new TagWriter(names, memory);
    this.#timer = setInterval(() => this.#work(), IDLE_MS);
    this.#timer.unref();
    this.#work();
  }

  get usedBytes(): number {
    return this.#writer.usedBytes;
  }

  /** To be called before a job is given out. */
  refresh(): void {
    this.#writer.setTarget();
    this.#work();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#next !== null) clearImmediate(this.#next);
  }

  #work(): void {
    if (this.#next !== null || !this.#writer.isBehind || this.#writer.catchUp(SLICE_MS)) return;
    this.#next = setImmediate(() => {
      this.#next = null;
      this.#work();
    });
  }
}
