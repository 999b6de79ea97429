import { dirname } from "node:path";
import type { FileId } from "../environment.ts";
import { headerLine } from "./format.ts";
import type { SlowFiles } from "./slow-files.ts";

/** Bytes that a rewrite hands to the disk at a time. */
const CHUNK_BYTES = 256 << 10;

/**
 * Writes the file of a collection. Lines are appended and synced; after a failure nobody knows what
 * the file ends with, so that the next write makes the file anew, by a temporary one and a rename.
 *
 * A copy of the file that is made meanwhile is good as it is, in any order with the rest of the
 * store: no byte is ever changed in place, a line that is cut off never happened, and a document
 * refers to nothing outside. The copy's size is asked of the open file, not of the name.
 */
export class DocumentFile {
  readonly #files: SlowFiles;
  readonly #path: string;
  readonly #collection: string;
  #file: FileId | null = null;
  /** Something in it cannot be read; the file as it was is kept beside the new one. */
  #isDamaged: boolean;
  /** Only a new file is sure to be whole. */
  mustRewrite: boolean;
  bytes: number;

  constructor(
    files: SlowFiles,
    path: string,
    collection: string,
    found: { bytes: number; isSuspect: boolean; isDamaged: boolean },
  ) {
    this.#files = files;
    this.#path = path;
    this.#collection = collection;
    this.bytes = found.bytes;
    this.mustRewrite = found.isSuspect;
    this.#isDamaged = found.isDamaged;
  }

  /** Makes lines durable. Throws when that failed; it may be tried again. */
  async append(lines: Uint8Array): Promise<void> {
    try {
      this.#file ??= await this.#files.openAppend(this.#path);
      await this.#files.append(this.#file, lines);
      await this.#files.fdatasync(this.#file);
    } catch (error) {
      this.mustRewrite = true;
      throw error;
    }
    this.bytes += lines.length;
  }

  /** Makes a file of these lines the collection. Throws when that failed; it may be tried again. */
  async rewrite(lines: Iterable<Uint8Array>): Promise<void> {
    // Whether a rename that failed has happened is not known, so the open file may be no longer ours.
    this.mustRewrite = true;
    await this.close();
    const folder = dirname(this.#path);
    if (!(await this.#files.exists(folder))) {
      await this.#files.makeFolder(folder);
      await this.#files.syncFolder(dirname(folder));
    }
    const temporary = `${this.#path}.new`;
    if (await this.#files.exists(temporary)) await this.#files.unlink(temporary);
    let bytes: number;
    try {
      bytes = await this.#write(temporary, lines);
    } catch (error) {
      // It takes room that the disk may not have.
      await this.#files.unlink(temporary).catch(() => {});
      throw error;
    }
    if (this.#isDamaged) await this.#keepDamaged();
    await this.#files.rename(temporary, this.#path);
    await this.#files.syncFolder(folder);
    this.bytes = bytes;
    this.mustRewrite = false;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file !== null) await this.#files.close(file);
  }

  async #write(path: string, lines: Iterable<Uint8Array>): Promise<number> {
    const file = await this.#files.create(path);
    try {
      let pending: Uint8Array[] = [headerLine(this.#collection)];
      let pendingBytes = pending[0]!.length;
      let bytes = 0;
      const flush = async (): Promise<void> => {
        await this.#files.append(file, Buffer.concat(pending));
        bytes += pendingBytes;
        pending = [];
        pendingBytes = 0;
      };
      for (const line of lines) {
        pending.push(line);
        pendingBytes += line.length;
        if (pendingBytes >= CHUNK_BYTES) await flush();
      }
      await flush();
      await this.#files.fdatasync(file);
      return bytes;
    } finally {
      await this.#files.close(file);
    }
  }

  async #keepDamaged(): Promise<void> {
    const kept = `${this.#path}.damaged`;
    if (await this.#files.exists(kept)) await this.#files.unlink(kept);
    await this.#files.link(this.#path, kept);
    this.#isDamaged = false;
  }
}
