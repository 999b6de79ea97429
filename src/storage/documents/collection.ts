import { GraphiteError } from "../../model/errors.ts";
import type { FileSystem } from "../environment.ts";
import type { Damage } from "../wal/scan.ts";
import { readWholeFile } from "../wal/scan.ts";
import { DocumentFile } from "./document-file.ts";
import { type Change, documentLines, transactionLine } from "./format.ts";
import type { SlowFiles } from "./slow-files.ts";

export interface CollectionOptions<T> {
  /** Lower-case letters; the name of the file, too. */
  name: string;
  /** What is in a document, or null for what cannot be one. */
  decode(value: unknown, key: string): T | null;
  /** Documents, bytes of all of them, and bytes of one, as they are written. */
  maxDocuments: number;
  maxBytes: number;
  maxDocumentBytes: number;
  /** Transactions that wait for a slow disk; each holds its documents in memory. */
  maxWaiting: number;
}

/** The documents as a transaction finds them when its turn comes. */
export interface Reader<T> {
  get(key: string): T | undefined;
}

/** What to change; what it throws meets the caller of `commit`, and nothing is changed. */
export type Decide<T> = (reader: Reader<T>) => readonly Change<T>[];

interface Entry<T> {
  value: T;
  bytes: number;
}

interface Transaction<T> {
  decide: Decide<T>;
  resolve(): void;
  reject(error: Error): void;
}

/** A file is not rewritten for less than this in it that no longer holds. */
const MIN_WASTE_BYTES = 1 << 20;

/**
 * Documents by key, in memory and in a file of their own: few and small things that are to be kept
 * for ever, changed now and then, and read without a disk. A change is seen when it is durable, not
 * before. Changes that come while the disk is busy share its next sync.
 *
 * Keys are any text. Who needs names inside names (istatd's settings: a container, a key) joins them
 * by a letter that the outer one cannot have.
 */
export class Collection<T> {
  readonly #options: CollectionOptions<T>;
  readonly #file: DocumentFile;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #waiting: Transaction<T>[] = [];
  #bytes = 0;
  #writing: Promise<void> | null = null;
  #isClosed = false;
  /** The last write was refused. */
  #hasFailed = false;
  readonly damage: Damage[] = [];
  /** Told of every transaction that has become durable, in order. */
  onChange: (changes: readonly Change<T>[]) => void = () => {};
  /** Told why the disk refuses, and null when it takes something again. */
  onFailure: (reason: string | null) => void = () => {};

  /** Reads what is there. @throws StartError when a newer version wrote it */
  constructor(
    reading: FileSystem,
    writing: SlowFiles,
    folder: string,
    options: CollectionOptions<T>,
  ) {
    this.#options = options;
    const path = `${folder}/${options.name}`;
    const found = this.#load(reading, path);
    this.#file = new DocumentFile(writing, path, options.name, found);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** As they are written. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  *entries(): IterableIterator<[string, T]> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }

  /**
   * Changes documents, all of `decide` or nothing; fulfilled when that is durable.
   *
   * @throws GraphiteError ERR_NOT_READY when too many wait, ERR_TOO_LARGE and ERR_NO_ROOM beyond
   *   the limits, ERR_NOT_STORED when the disk refuses
   */
  commit(decide: Decide<T>): Promise<void> {
    if (this.#isClosed || this.#waiting.length >= this.#options.maxWaiting) {
      const message = this.#isClosed ? "shutting down" : "the disk is too slow: try again later";
      return Promise.reject(new GraphiteError("ERR_NOT_READY", message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ decide, resolve, reject });
      this.#writing ??= this.#work();
    });
  }

  /** After a refusal: sees whether the disk takes the file again, and leaves it whole. */
  async repair(): Promise<void> {
    // That it still refuses is told by onFailure.
    if (this.#hasFailed && !this.#isClosed) await this.commit(() => []).catch(() => {});
  }

  /** Waits for what was begun. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.#file.close();
  }

  #load(
    files: FileSystem,
    path: string,
  ): { bytes: number; isSuspect: boolean; isDamaged: boolean } {
    // Without a file the first write makes one.
    if (!files.exists(path)) return { bytes: 0, isSuspect: true, isDamaged: false };
    const bytes = readWholeFile(files, path);
    const damage = (offset: number, reason: string): void => {
      this.damage.push({ file: path, offset, reason });
    };
    let isCutOff = false;
    let hasHeader = false;
    for (const line of documentLines(bytes, path)) {
      const { offset, collection, changes } = line;
      if (line.isCutOff) isCutOff = true;
      else if (collection !== null) hasHeader = true;
      else if (changes === null) damage(offset, "the line cannot be read");
      else if (!this.#apply(changes, line.bytes.length + 1)) {
        damage(offset, "a document cannot be read");
      }
    }
    const isDamaged = this.damage.length > 0;
    return { bytes: bytes.length, isSuspect: isCutOff || isDamaged || !hasHeader, isDamaged };
  }

  /** Changes of a line of so many bytes; false when one of the documents cannot be one. */
  #apply(changes: readonly Change<unknown>[], lineBytes: number): boolean {
    let isWhole = true;
    for (const { key, value } of changes) {
      const decoded = value === null ? null : this.#options.decode(value, key);
      if (value === null) this.#set(key, null);
      else if (decoded === null) isWhole = false;
      else {
        // Nearly all lines are of one document; the others are measured.
        const bytes = changes.length === 1 ? lineBytes : bytesOf(key, decoded);
        this.#set(key, { value: decoded, bytes });
      }
    }
    return isWhole;
  }

  #set(key: string, entry: Entry<T> | null): void {
    this.#bytes += (entry?.bytes ?? 0) - (this.#entries.get(key)?.bytes ?? 0);
    if (entry === null) this.#entries.delete(key);
    else this.#entries.set(key, entry);
  }

  async #work(): Promise<void> {
    // Those that come in the same turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
    this.#writing = null;
  }

  async #write(transactions: readonly Transaction<T>[]): Promise<void> {
    const batch = new Batch(this.#entries, this.#bytes, this.#options);
    const decided = transactions.filter((transaction) => {
      try {
        batch.add(transaction.decide(batch));
        return true;
      } catch (error) {
        transaction.reject(error instanceof Error ? error : new Error(String(error)));
        return false;
      }
    });
    try {
      await this.#store(batch);
    } catch (error) {
      const reason = refusalOf(error);
      this.#hasFailed = true;
      this.onFailure(reason);
      const message = `not stored, the disk refuses: ${reason}`;
      for (const { reject } of decided) {
        reject(new GraphiteError("ERR_NOT_STORED", message, { cause: error }));
      }
      return;
    }
    for (const [key, entry] of batch.changed) this.#set(key, entry);
    for (const changes of batch.transactions) this.onChange(changes);
    for (const { resolve } of decided) resolve();
  }

  async #store(batch: Batch<T>): Promise<void> {
    if (batch.lines.length === 0 && !this.#hasFailed) return;
    const waste = this.#file.bytes - batch.bytes;
    if (this.#file.mustRewrite || (waste > MIN_WASTE_BYTES && waste > batch.bytes)) {
      await this.#file.rewrite(linesOf(batch.all()));
    } else {
      await this.#file.append(Buffer.concat(batch.lines));
    }
    this.#hasFailed = false;
    this.onFailure(null);
  }
}

/** Transactions that share a sync; each sees what those before it have changed. */
class Batch<T> implements Reader<T> {
  readonly #entries: ReadonlyMap<string, Entry<T>>;
  readonly #options: CollectionOptions<T>;
  readonly changed = new Map<string, Entry<T> | null>();
  readonly lines: Buffer[] = [];
  readonly transactions: (readonly Change<T>[])[] = [];
  #size: number;
  bytes: number;

  constructor(
    entries: ReadonlyMap<string, Entry<T>>,
    bytes: number,
    options: CollectionOptions<T>,
  ) {
    this.#entries = entries;
    this.#options = options;
    this.#size = entries.size;
    this.bytes = bytes;
  }

  get(key: string): T | undefined {
    return this.#entry(key)?.value;
  }

  /** @throws GraphiteError ERR_TOO_LARGE, ERR_NO_ROOM */
  add(changes: readonly Change<T>[]): void {
    if (changes.length === 0) return;
    const { name, maxDocuments, maxBytes, maxDocumentBytes } = this.#options;
    // The last word on a key counts.
    const entries = new Map<string, Entry<T> | null>();
    for (const { key, value } of changes) {
      const entry = value === null ? null : entryOf(key, value);
      if (entry !== null && entry.bytes > maxDocumentBytes) {
        const message = `it has ${entry.bytes} bytes; ${maxDocumentBytes} are allowed in ${name}`;
        throw new GraphiteError("ERR_TOO_LARGE", message);
      }
      entries.set(key, entry);
    }
    let size = this.#size;
    let bytes = this.bytes;
    for (const [key, entry] of entries) {
      const before = this.#entry(key);
      size += (entry === null ? 0 : 1) - (before === undefined ? 0 : 1);
      bytes += (entry?.bytes ?? 0) - (before?.bytes ?? 0);
    }
    // What makes it smaller is always welcome.
    if ((size > maxDocuments && size > this.#size) || (bytes > maxBytes && bytes > this.bytes)) {
      const message = `there is no room for more ${name}: ${maxDocuments} and ${maxBytes} bytes are allowed; delete some`;
      throw new GraphiteError("ERR_NO_ROOM", message);
    }
    for (const [key, entry] of entries) this.changed.set(key, entry);
    this.#size = size;
    this.bytes = bytes;
    this.lines.push(transactionLine(changes));
    this.transactions.push(changes);
  }

  /** Everything as it will be, with what has not changed first. */
  *all(): Generator<Change<T>> {
    for (const [key, { value }] of this.#entries) if (!this.changed.has(key)) yield { key, value };
    for (const [key, entry] of this.changed) if (entry !== null) yield { key, value: entry.value };
  }

  #entry(key: string): Entry<T> | undefined {
    const changed = this.changed.get(key);
    return changed === undefined ? this.#entries.get(key) : (changed ?? undefined);
  }
}

function entryOf<T>(key: string, value: T): Entry<T> {
  return { value, bytes: bytesOf(key, value) };
}

/** Of a line of its own. */
function bytesOf(key: string, value: unknown): number {
  return transactionLine([{ key, value }]).length;
}

function* linesOf<T>(changes: Iterable<Change<T>>): Generator<Buffer> {
  for (const change of changes) yield transactionLine([change]);
}

/** What the disk says, without the path of a file. */
function refusalOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/,? '\/.*$/s, "");
}
