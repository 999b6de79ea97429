import { mkdir, open, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GraphiteError } from "../../model/errors.ts";
import { isImportFile } from "../../storage/import/adopt.ts";
import { STATFILE_FOLDER, UPLOAD_FOLDER } from "../../storage/store-folder.ts";

const MAX_FILE_BYTES = 2 ** 30;
/** Files that wait to be adopted: all of them together. */
const MAX_WAITING_BYTES = 4 * 2 ** 30;
const MAX_WAITING_FILES = 10_000;
/** What was not adopted in this time is removed. */
const MAX_AGE_MS = 3_600_000;
/** Share of the disk that an import leaves free. */
const MIN_FREE = 0.05;

interface Waiting {
  bytes: number;
  sinceMs: number;
  isComplete: boolean;
}

/** Files that an import sends from elsewhere, from the first byte until the store takes them. */
export class ImportUploads {
  readonly #folder: string;
  readonly #waiting = new Map<string, Waiting>();
  #ready: Promise<void> | null = null;

  /** @param folder the data directory */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes a file to the disk, to wait there.
   *
   * @throws GraphiteError ERR_PARAMETER, ERR_TOO_LARGE, ERR_NO_ROOM, ERR_NOT_READY
   */
  async receive(file: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    if (!isImportFile(file))
      throw mistake(`${file.slice(0, 200)} is no name of a file of an import`);
    if (bytes < 1 || bytes > MAX_FILE_BYTES) {
      throw new GraphiteError("ERR_TOO_LARGE", `a file has 1 to ${MAX_FILE_BYTES} bytes`);
    }
    await this.#forgetOld();
    if (this.#waiting.has(file)) throw mistake(`${file} was sent already`);
    const sum = [...this.#waiting.values()].reduce((total, one) => total + one.bytes, bytes);
    if (sum > MAX_WAITING_BYTES || this.#waiting.size >= MAX_WAITING_FILES) {
      throw new GraphiteError("ERR_NOT_READY", "too much waits to be adopted: adopt it first");
    }
    const waiting = { bytes, sinceMs: performance.now(), isComplete: false };
    this.#waiting.set(file, waiting);
    try {
      this.#ready ??= this.#begin();
      await this.#ready;
      await this.#checkRoom(sum);
      await write(this.#pathOf(file), bytes, body);
      waiting.isComplete = true;
    } catch (error) {
      await this.#remove(file);
      throw error;
    }
  }

  /** Moves those of the files that were sent to where they belong; returns which these are. */
  async place(files: readonly string[]): Promise<string[]> {
    const sent = files.filter((file) => this.#waiting.get(file)?.isComplete === true);
    for (const file of sent) {
      const path = join(this.#folder, STATFILE_FOLDER, file);
      await mkdir(dirname(path), { recursive: true });
      await rename(this.#pathOf(file), path);
      this.#waiting.delete(file);
      await syncFolder(dirname(path));
    }
    return sent;
  }

  /** Removes files that were placed and not taken. */
  async withdraw(files: readonly string[]): Promise<void> {
    for (const file of files) await rm(join(this.#folder, STATFILE_FOLDER, file), { force: true });
  }

  /** What an earlier run has left counts for nothing. */
  async #begin(): Promise<void> {
    const folder = join(this.#folder, UPLOAD_FOLDER);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  }

  async #checkRoom(bytes: number): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.#folder);
    if (bavail * bsize - bytes >= blocks * bsize * MIN_FREE) return;
    const percent = MIN_FREE * 100;
    throw new GraphiteError("ERR_NO_ROOM", `less than ${percent} % of the disk would be free`);
  }

  async #forgetOld(): Promise<void> {
    const now = performance.now();
    for (const [file, { sinceMs, isComplete }] of this.#waiting) {
      if (isComplete && now - sinceMs > MAX_AGE_MS) await this.#remove(file);
    }
  }

  async #remove(file: string): Promise<void> {
    this.#waiting.delete(file);
    await rm(this.#pathOf(file), { force: true });
  }

  #pathOf(file: string): string {
    return join(this.#folder, UPLOAD_FOLDER, file.replaceAll("/", "_"));
  }
}

async function write(path: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "w");
  try {
    let written = 0;
    for await (const chunk of body) {
      written += chunk.length;
      if (written > bytes) break;
      await file.writeFile(chunk);
    }
    if (written !== bytes) throw mistake(`${written} bytes came instead of ${bytes}`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
