import { crc32 } from "node:zlib";
import type { Environment, FileId } from "../environment.ts";
import {
  FILE_HEADER_BYTES,
  FRAME_CRC,
  FRAME_FIRST_LSN,
  FRAME_FLAGS,
  FRAME_HAS_STATE,
  FRAME_RECORDS,
  WAL_MAGIC,
  WAL_VERSION,
} from "./format.ts";

/** Who wrote a log file, and after what. */
export interface WalIdentity {
  /** 16 bytes. */
  storeId: Uint8Array;
  timeline: number;
}

export interface WalFile {
  number: number;
  /** LSN after the last record in the file. */
  endLsn: number;
  hasState: boolean;
}

export function walFileName(number: number): string {
  return `${String(number).padStart(10, "0")}.wal`;
}

export function readLsn(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

export function writeU53(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/**
 * The log on disk: writes frames, syncs them, begins new files and drops old ones.
 *
 * A frame counts as durable only when a sync after it has succeeded. When a write or a sync fails,
 * the kernel may have thrown the pages away and a second sync would lie; so every frame since the
 * last good sync is written again, to a new file. The frames are still in the ring for that.
 */
export class WalFiles {
  readonly #env: Environment;
  readonly #folder: string;
  readonly #identity: WalIdentity;
  readonly #files: WalFile[];
  #file: FileId | null = null;
  #current: WalFile | null = null;
  #nextNumber: number;
  /** Where the log ended when it was recovered; the next file says that it goes on from there. */
  #recoveredLsn: number;
  /** Frames that no sync has covered, oldest first. */
  #unsynced: Uint8Array[] = [];
  #neededLsn = 0;
  /** Why the log cannot be written at present, if it cannot. */
  failure: Error | null = null;
  /** LSN after the last record that is durable. */
  durableLsn = 0;
  /** LSN after the last record that was written, so that a killed process has not lost it. */
  writtenLsn = 0;
  /** No file holds records below this position any more, also after a power cut. */
  droppedLsn = 0;
  framesWritten = 0;
  bytesWritten = 0;

  constructor(
    env: Environment,
    folder: string,
    identity: WalIdentity,
    existing: readonly WalFile[] = [],
    recoveredLsn = 0,
  ) {
    this.#env = env;
    this.#folder = folder;
    this.#identity = identity;
    this.#files = [...existing];
    this.#nextNumber = (existing.at(-1)?.number ?? 0) + 1;
    this.#recoveredLsn = recoveredLsn;
  }

  /**
   * Syncs the files that were there at the start: what a killed process had written counts as
   * durable from now on.
   */
  syncExisting(): void {
    for (const { number, endLsn } of this.#files) {
      const path = `${this.#folder}/${walFileName(number)}`;
      if (!this.#env.files.exists(path)) continue;
      const file = this.#env.files.openAppend(path);
      this.#env.files.fdatasync(file);
      this.#env.files.close(file);
      this.durableLsn = Math.max(this.durableLsn, endLsn);
    }
    this.writtenLsn = this.durableLsn;
  }

  get fileCount(): number {
    return this.#files.length;
  }

  /**
   * Writes a frame whose crc is still to be filled in. The bytes must stay as they are until a
   * `sync` has returned their frame.
   */
  write(frame: Uint8Array): void {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    view.setUint32(FRAME_CRC, crc32(frame.subarray(FRAME_FIRST_LSN)), true);
    this.#unsynced.push(frame);
    if (this.failure !== null) return;
    this.#attempt(() => this.#append(frame));
  }

  /** Makes all written frames durable; returns how many became so. */
  sync(): number {
    if (this.failure !== null) this.#rewrite();
    if (this.failure !== null || this.#unsynced.length === 0 || this.#file === null) return 0;
    const file = this.#file;
    this.#attempt(() => this.#env.files.fdatasync(file));
    if (this.failure !== null) return 0;
    // From here on a hole between two files is damage.
    this.#recoveredLsn = Number.MAX_SAFE_INTEGER;
    const frames = this.#unsynced.length;
    this.#unsynced = [];
    this.durableLsn = this.writtenLsn;
    this.#drop();
    return frames;
  }

  /** The next frame begins a new file. */
  rotate(): void {
    if (this.#file !== null && this.failure === null) {
      const file = this.#file;
      // A file that is left must be durable, or a hole could follow a power cut.
      this.#attempt(() => this.#env.files.fdatasync(file));
    }
    this.#leaveFile();
  }

  /** Records below `lsn` are durable elsewhere. */
  needed(lsn: number): void {
    this.#neededLsn = Math.max(this.#neededLsn, lsn);
    this.#drop();
  }

  close(): void {
    this.sync();
    this.#leaveFile();
  }

  #append(frame: Uint8Array): void {
    if (this.#file === null) this.#begin(frame);
    this.#env.files.append(this.#file!, frame);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    this.bytesWritten += frame.length;
    this.framesWritten++;
    this.writtenLsn = readLsn(view, FRAME_FIRST_LSN) + view.getUint32(FRAME_RECORDS, true);
    this.#current!.endLsn = this.writtenLsn;
  }

  #begin(frame: Uint8Array): void {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const firstLsn = readLsn(view, FRAME_FIRST_LSN);
    const number = this.#nextNumber++;
    const path = `${this.#folder}/${walFileName(number)}`;
    const header = new Uint8Array(FILE_HEADER_BYTES);
    const head = new DataView(header.buffer);
    head.setUint32(0, WAL_MAGIC, true);
    head.setUint16(4, WAL_VERSION, true);
    head.setUint16(6, FILE_HEADER_BYTES, true);
    header.set(this.#identity.storeId, 8);
    head.setUint32(24, this.#identity.timeline, true);
    writeU53(head, 32, firstLsn);
    // A gap between the two was made by recovery; any other gap is damage.
    writeU53(head, 40, Math.min(firstLsn, this.#recoveredLsn));
    head.setUint32(60, crc32(header.subarray(0, 60)), true);
    const file = this.#env.files.create(path);
    this.#file = file;
    this.#current = {
      number,
      endLsn: firstLsn,
      hasState: (view.getUint32(FRAME_FLAGS, true) & FRAME_HAS_STATE) !== 0,
    };
    this.#files.push(this.#current);
    this.#env.files.append(file, header);
    this.#env.files.syncFolder(this.#folder);
  }

  #leaveFile(): void {
    if (this.#file !== null) {
      try {
        this.#env.files.close(this.#file);
      } catch {
        // The file is left for good; what matters was synced or will be written again.
      }
    }
    this.#file = null;
    this.#current = null;
  }

  /**
   * After a failure: everything since the last good sync goes to a new file. When that fails too
   * the new file goes, so that a disk that stays full is not filled with attempts.
   */
  #rewrite(): void {
    this.#leaveFile();
    this.failure = null;
    this.#attempt(() => {
      for (const frame of this.#unsynced) this.#append(frame);
    });
    if (this.failure === null || this.#current === null) return;
    const { number } = this.#files.pop()!;
    this.#leaveFile();
    try {
      this.#env.files.unlink(`${this.#folder}/${walFileName(number)}`);
    } catch (error) {
      if (isCrash(error)) throw error;
      // It stays as an empty file, or as one that only repeats what is written later.
    }
  }

  #drop(): void {
    let droppedLsn = this.droppedLsn;
    for (let file = this.#dropOldest(); file !== null; file = this.#dropOldest()) {
      droppedLsn = Math.max(droppedLsn, file.endLsn);
    }
    if (droppedLsn === this.droppedLsn) return;
    try {
      this.#env.files.syncFolder(this.#folder);
      this.droppedLsn = droppedLsn;
    } catch (error) {
      if (isCrash(error)) throw error;
      // The files may come back after a power cut; nobody is told that they are gone.
    }
  }

  /**
   * A file may go when all its records are elsewhere and replay can begin after it: at a file that
   * begins with the log's state. Null when none may.
   */
  #dropOldest(): WalFile | null {
    const [oldest, next] = this.#files;
    if (oldest === undefined || next === undefined || oldest === this.#current) return null;
    const last = this.#files.findIndex((file, i) => i > 0 && file.hasState);
    if (last < 1) return null;
    const group = this.#files.slice(0, last);
    if (group.some((file) => file === this.#current || file.endLsn > this.#neededLsn)) return null;
    if (group.some((file) => file.endLsn > this.durableLsn)) return null;
    try {
      this.#env.files.unlink(`${this.#folder}/${walFileName(oldest.number)}`);
    } catch (error) {
      if (!isFileMissing(error)) return null;
    }
    // Should the world end within a group, recovery passes over what is left of it.
    this.#files.shift();
    return oldest;
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (isCrash(error)) throw error;
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}

function isFileMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** A simulation stops the world by an error of this name; nothing may catch it. */
export function isCrash(error: unknown): boolean {
  return error instanceof Error && error.name === "Crash";
}
