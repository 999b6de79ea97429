import type { QueryAnswer } from "../render/query-job.ts";
import type { Dependencies } from "./footprint.ts";

interface Entry {
  answer: QueryAnswer;
  dependencies: Dependencies;
  bytes: number;
}

/** Where StatFiles came or went: seconds. */
export interface FileChange {
  version: number;
  from: number;
  until: number;
}

/** What an entry costs beside its key and its body. */
const ENTRY_BYTES = 1000;
/** No answer may push out all others. */
const MAX_SHARE = 8;
/** Changes of files that an answer which is being made meanwhile is compared with. */
const MAX_CHANGES = 1000;

/**
 * Answers by their exact request, up to a budget of bytes; what was not asked for longest makes
 * room. An answer is given again only while what it depends on is unchanged; see footprint.ts.
 */
export class AnswerCache {
  readonly #maxBytes: number;
  readonly #isUnchanged: (dependencies: Dependencies) => boolean;
  readonly #entries = new Map<string, Entry>();
  #changes: FileChange[] = [];
  /** Changes of files up to this version are no longer known. */
  #forgotten = 0;
  #epoch = 0;
  #bytes = 0;
  hits = 0;
  misses = 0;
  /** Entries that had to go because something they depend on had changed. */
  stale = 0;

  constructor(maxBytes: number, isUnchanged: (dependencies: Dependencies) => boolean) {
    this.#maxBytes = maxBytes;
    this.#isUnchanged = isUnchanged;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** To be noted before an answer is asked for, and given with it; see `set`. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The answer to a request, if it is still true. */
  get(key: string): { answer: QueryAnswer; madeAt: number } | null {
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.#isUnchanged(entry.dependencies)) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.hits++;
      return { answer: entry.answer, madeAt: entry.dependencies.madeAt };
    }
    if (entry !== undefined) this.#drop(key, entry);
    this.misses++;
    return null;
  }

  /** Keeps an answer, unless it is outdated already: `epoch` is from before it was asked for. */
  set(key: string, answer: QueryAnswer, dependencies: Dependencies, epoch: number): void {
    // The body, and room for its compressed form.
    const bytes = ENTRY_BYTES + key.length * 2 + answer.body.length * 2;
    const { files, from, until } = dependencies;
    const isOutdated =
      epoch !== this.#epoch ||
      files < this.#forgotten ||
      this.#changes.some((change) => change.version > files && overlaps(change, from, until));
    if (isOutdated || bytes > this.#maxBytes / MAX_SHARE) return;
    const known = this.#entries.get(key);
    if (known !== undefined) this.#remove(key, known);
    this.#entries.set(key, { answer, dependencies, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest, entry);
    }
  }

  /** StatFiles came or went: what was answered from there is read again. */
  filesChanged(changes: readonly FileChange[]): void {
    this.#changes.push(...changes);
    const surplus = this.#changes.length - MAX_CHANGES;
    if (surplus > 0) this.#forgotten = this.#changes.splice(0, surplus).at(-1)!.version;
    for (const [key, entry] of this.#entries) {
      const { files, from, until } = entry.dependencies;
      const isTouched = changes.some(
        (change) => change.version > files && overlaps(change, from, until),
      );
      if (isTouched) this.#drop(key, entry);
    }
  }

  /** Rules have changed, or a file was found damaged: nothing of before is given again. */
  clear(): void {
    this.#epoch++;
    this.#entries.clear();
    this.#bytes = 0;
  }

  #drop(key: string, entry: Entry): void {
    this.stale++;
    this.#remove(key, entry);
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

function overlaps(change: FileChange, from: number, until: number): boolean {
  return change.from < until && change.until > from;
}
