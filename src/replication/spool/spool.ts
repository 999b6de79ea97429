import type { BatchKind } from "../../protocols/istat-batches.ts";
import type { FileId, FileSystem } from "../../storage/environment.ts";
import { isCrash } from "../../storage/wal/files.ts";
import {
  batchEntries,
  batchesPayload,
  donePayload,
  FRAME_BATCHES,
  FRAME_CARBON_LINES,
  FRAME_DONE,
  FRAME_ISTAT_LINES,
  type FrameKind,
  SPOOL_FRAME_BYTES,
  SPOOL_HEADER_BYTES,
  spoolFrame,
  spoolHeader,
} from "./format.ts";
import { type ScannedSpool, scanSpool } from "./scan.ts";

/** A numbered batch that waits to be acknowledged. */
export interface SpooledBatch {
  number: number;
  kind: BatchKind;
  bytes: number;
  lines: number;
  /** Where it lies on disk; null as long as it is in memory only. */
  place: { file: number; at: number } | null;
  payload: Buffer | null;
}

export interface NewBatch {
  kind: BatchKind;
  lines: number;
  payload: Buffer;
}

interface SpoolFile {
  number: number;
  bytes: number;
  /** Of the newest batch in it; 0 for none. */
  lastBatch: number;
  /** Sequence of the newest frame of lines in it; 0 for none. */
  lastLines: number;
}

interface Frame {
  sequence: number;
  kind: FrameKind;
  bytes: Buffer;
  batches: SpooledBatch[];
  /** Where it was written in its file. */
  at: number;
}

/** Frames that may wait in memory while the disk refuses them. */
const MAX_UNSAVED_BYTES = 32 << 20;

/**
 * What is still to be sent, on disk: lines as they come, batches that take their place, and how far
 * batches are done. It is bounded; when it is full the oldest batches go, a file at a time.
 *
 * When the disk fails, frames stay in memory and are written to a new file later: so a frame may be
 * on disk twice, and its sequence number tells.
 */
export class Spool {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #fileBytes: number;
  #list: SpoolFile[];
  #file: FileId | null = null;
  #nextFile: number;
  #sequence: number;
  #next: number;
  #done: number;
  /** What the newest frame of done batches says. */
  #doneLogged: number;
  /** Frames that are not written, and those that are not synced; oldest first. */
  #unsaved: Frame[] = [];
  #unsynced: Frame[] = [];
  /** Sequence of the newest frame of batches that is synced: lines before it are not needed. */
  #closed: number;
  #batches: SpooledBatch[];
  /** Why frames cannot be written at present, if they cannot. */
  failure: Error | null = null;
  droppedBatches = 0;
  droppedLines = 0;
  /** What the scan at the start found. */
  readonly found: Pick<ScannedSpool, "lines" | "damage" | "isNew">;

  constructor(files: FileSystem, folder: string, maxBytes: number) {
    this.#files = files;
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#fileBytes = Math.max(4096, Math.min(8 << 20, maxBytes >> 3));
    files.makeFolder(folder);
    const scanned = scanSpool(files, folder);
    // What a killed process had written counts as durable from now on.
    for (const { number } of scanned.files) this.#syncExisting(this.#pathOf(number));
    this.found = scanned;
    this.#list = scanned.files;
    this.#nextFile = scanned.nextFile;
    this.#sequence = scanned.sequence + 1;
    this.#next = scanned.next;
    this.#done = scanned.done;
    this.#doneLogged = scanned.done;
    this.#closed = scanned.closed;
    this.#batches = scanned.batches;
  }

  /** Number that the next batch gets. */
  get next(): number {
    return this.#next;
  }

  get bytes(): number {
    return this.#list.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Batches that are not done, in order. */
  get batches(): readonly SpooledBatch[] {
    return this.#batches;
  }

  /** Lines that will be in a batch some time. */
  lines(kind: BatchKind, lines: Uint8Array): void {
    this.#add(kind === "istat" ? FRAME_ISTAT_LINES : FRAME_CARBON_LINES, lines, []);
  }

  /** Batches that take the place of all lines so far. */
  close(batches: readonly NewBatch[]): void {
    if (batches.length === 0) return;
    const first = this.#next;
    this.#next += batches.length;
    const spooled = batches.map(({ kind, lines, payload }, i): SpooledBatch => {
      return { number: first + i, kind, lines, bytes: payload.length, place: null, payload };
    });
    this.#batches = [...this.#batches, ...spooled];
    // Lines that are in memory only need not be written any more.
    this.#unsaved = this.#unsaved.filter(({ kind }) => kind === FRAME_BATCHES);
    this.#add(FRAME_BATCHES, batchesPayload(first, batches), spooled);
  }

  /** Whether a batch may be sent: it is on disk, or the disk fails. */
  isSafe(batch: SpooledBatch): boolean {
    return batch.place !== null || this.failure !== null;
  }

  payloadOf({ payload, place, bytes }: SpooledBatch): Buffer {
    if (payload !== null) return payload;
    const file = this.#files.openRead(this.#pathOf(place!.file));
    try {
      const into = Buffer.alloc(bytes);
      if (this.#files.readAt(file, into, place!.at) < bytes) throw new Error("the file is cut off");
      return into;
    } finally {
      this.#files.close(file);
    }
  }

  /** Batches up to `number` need not be sent any more. */
  finish(number: number): void {
    if (number <= this.#done) return;
    this.#done = number;
    const first = this.#batches.findIndex((batch) => batch.number > number);
    this.#batches = first < 0 ? [] : this.#batches.slice(first);
  }

  /** A batch that cannot be read counts as dropped. */
  drop(batch: SpooledBatch): void {
    this.#countDropped([batch]);
    this.finish(batch.number);
  }

  /** Writes what waits; a failure is kept in `failure`, and the next call tries again. */
  flush(): void {
    if (this.#done > this.#doneLogged) {
      this.#doneLogged = this.#done;
      this.#add(FRAME_DONE, donePayload(this.#done), []);
    }
    this.#attempt(() => {
      while (this.#unsaved.length > 0) {
        this.#write(this.#unsaved[0]!);
        this.#unsynced.push(this.#unsaved.shift()!);
      }
    });
    this.#bound();
  }

  /** Makes what is written durable; batches may be sent then. */
  sync(): void {
    if (this.#file === null || this.#unsynced.length === 0) return;
    const file = this.#file;
    this.#attempt(() => this.#files.fdatasync(file));
    if (this.failure !== null) return;
    const { number } = this.#list.at(-1)!;
    for (const { sequence, kind, at, bytes, batches } of this.#unsynced.splice(0)) {
      if (kind !== FRAME_BATCHES) continue;
      this.#closed = sequence;
      const entries = batchEntries(bytes.subarray(SPOOL_FRAME_BYTES));
      batches.forEach((batch, i) => {
        batch.place = { file: number, at: at + SPOOL_FRAME_BYTES + entries[i]!.at };
        batch.payload = null;
      });
    }
    this.#dropFiles();
  }

  closeFile(): void {
    if (this.#file !== null) this.#files.close(this.#file);
    this.#file = null;
  }

  #syncExisting(path: string): void {
    const file = this.#files.openAppend(path);
    this.#files.fdatasync(file);
    this.#files.close(file);
  }

  #add(kind: FrameKind, payload: Uint8Array, batches: SpooledBatch[]): void {
    const sequence = this.#sequence++;
    const bytes = spoolFrame(sequence, kind, payload);
    this.#unsaved.push({ sequence, kind, bytes, batches, at: 0 });
  }

  #write(frame: Frame): void {
    const present = this.#list.at(-1);
    if (this.#file !== null && present!.bytes >= this.#fileBytes) this.#leaveFile();
    if (this.#file === null) this.#begin();
    const file = this.#list.at(-1)!;
    this.#files.append(this.#file!, frame.bytes);
    frame.at = file.bytes;
    file.bytes += frame.bytes.length;
    if (frame.kind === FRAME_BATCHES) file.lastBatch = frame.batches.at(-1)!.number;
    else if (frame.kind !== FRAME_DONE) file.lastLines = frame.sequence;
  }

  /** What is left must be on disk: places are known of one file only. */
  #leaveFile(): void {
    this.sync();
    if (this.failure !== null) throw this.failure;
    this.closeFile();
  }

  #begin(): void {
    const number = this.#nextFile++;
    const header = spoolHeader({ next: this.#next, done: this.#done });
    this.#file = this.#files.create(this.#pathOf(number));
    this.#list.push({ number, bytes: SPOOL_HEADER_BYTES, lastBatch: 0, lastLines: 0 });
    this.#files.append(this.#file, header);
    this.#files.syncFolder(this.#folder);
  }

  /** After a failure nobody knows what is in the file: all since the last sync goes to another one. */
  #attempt(step: () => void): void {
    try {
      this.failure = null;
      step();
    } catch (error) {
      if (isCrash(error)) throw error;
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.#unsaved = [...this.#unsynced.splice(0), ...this.#unsaved];
      try {
        this.closeFile();
      } catch {
        this.#file = null;
      }
    }
  }

  #bound(): void {
    while (this.bytes > this.#maxBytes && this.#isDroppable(this.#list[0]!)) {
      const { lastBatch } = this.#list[0]!;
      this.#countDropped(this.#batches.filter(({ number }) => number <= lastBatch));
      this.finish(lastBatch);
      this.#dropFiles();
      // A file that cannot be removed now goes later.
      if (this.#list[0]?.lastBatch === lastBatch) break;
    }
    let unsaved = this.#unsaved.reduce((sum, { bytes }) => sum + bytes.length, 0);
    while (unsaved > MAX_UNSAVED_BYTES && this.#unsaved.length > 1) {
      const { batches, bytes, kind } = this.#unsaved.shift()!;
      unsaved -= bytes.length;
      if (kind !== FRAME_BATCHES) continue;
      this.#countDropped(batches.filter(({ number }) => number > this.#done));
      this.finish(batches.at(-1)!.number);
    }
  }

  #countDropped(batches: readonly SpooledBatch[]): void {
    this.droppedBatches += batches.length;
    for (const { lines } of batches) this.droppedLines += lines;
  }

  #isDroppable(file: SpoolFile): boolean {
    return file.lastLines <= this.#closed && !(file === this.#list.at(-1) && this.#file !== null);
  }

  #dropFiles(): void {
    while (this.#list.length > 0) {
      const oldest = this.#list[0]!;
      // One is always there: its header knows the numbers.
      if (this.#list.length === 1) return;
      if (oldest.lastBatch > this.#done || !this.#isDroppable(oldest)) return;
      try {
        this.#files.unlink(this.#pathOf(oldest.number));
      } catch (error) {
        if (isCrash(error)) throw error;
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") return;
      }
      this.#list.shift();
    }
  }

  #pathOf(number: number): string {
    return `${this.#folder}/${String(number).padStart(10, "0")}.spool`;
  }
}
