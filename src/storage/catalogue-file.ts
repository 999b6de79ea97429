import { crc32 } from "node:zlib";
import type { Environment, FileId } from "./environment.ts";
import { CATALOGUE_FILE } from "./store-folder.ts";
import { FRAME_CRC, FRAME_FIRST_LSN } from "./wal/format.ts";
import { readWholeFile } from "./wal/scan.ts";

/**
 * The catalogue on disk: appends frames of definitions and makes them durable. It is a checkpoint
 * of the log: what it lacks the log has.
 */
export class CatalogueFile {
  readonly #env: Environment;
  readonly #folder: string;
  readonly #path: string;
  #file: FileId | null = null;
  #validBytes: number;

  /** `validBytes` is where the last whole frame ends. */
  constructor(env: Environment, folder: string, validBytes: number) {
    this.#env = env;
    this.#folder = folder;
    this.#path = `${folder}/${CATALOGUE_FILE}`;
    this.#validBytes = validBytes;
  }

  /** What a killed process has written counts as durable from now on. */
  syncExisting(): void {
    const { files } = this.#env;
    if (!files.exists(this.#path)) return;
    const present = files.openAppend(this.#path);
    files.fdatasync(present);
    files.close(present);
  }

  /** Throws when the disk fails; the frame may be appended again then. */
  append(frame: Uint8Array): void {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    view.setUint32(FRAME_CRC, crc32(frame.subarray(FRAME_FIRST_LSN)), true);
    const { files } = this.#env;
    if (this.#file === null) this.#open();
    const file = this.#file!;
    try {
      files.append(file, frame);
      files.fdatasync(file);
    } catch (error) {
      // What is in the file now is not known: the next append begins with a clean copy.
      this.close();
      throw error;
    }
    this.#validBytes += frame.length;
  }

  close(): void {
    if (this.#file !== null) this.#env.files.close(this.#file);
    this.#file = null;
  }

  #open(): void {
    const { files } = this.#env;
    if (files.exists(this.#path)) {
      const present = files.openRead(this.#path);
      const size = files.size(present);
      files.close(present);
      // Appending behind a torn frame would hide the new one; a file is never cut in place.
      if (size > this.#validBytes) this.#copyValid();
      this.#file = files.openAppend(this.#path);
      return;
    }
    this.#file = files.openAppend(this.#path);
    files.syncFolder(this.#folder);
  }

  #copyValid(): void {
    const { files } = this.#env;
    const temporary = `${this.#path}.new`;
    if (files.exists(temporary)) files.unlink(temporary);
    const copy = files.create(temporary);
    files.append(copy, readWholeFile(files, this.#path).subarray(0, this.#validBytes));
    files.fdatasync(copy);
    files.close(copy);
    files.rename(temporary, this.#path);
    files.syncFolder(this.#folder);
  }
}
