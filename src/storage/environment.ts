/**
 * What the store needs from the machine, passed in from outside so that a simulation can stand in
 * for it: time, files, and nothing else. Every call may fail by throwing; each is a separate step
 * at which the simulation can stop the world.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch; may jump. */
  wallMs(): number;
  /** Milliseconds that only grow; their origin means nothing. */
  monotonicMs(): number;
}

/** An open file; a number, so that it can be passed between threads. */
export type FileId = number;

export interface FileSystem {
  /** Opens for reading. */
  openRead(path: string): FileId;
  /** Makes a new file for writing; fails when it exists. */
  create(path: string): FileId;
  /** Opens an existing file for writing at its end, or makes it. */
  openAppend(path: string): FileId;
  /** Writes all bytes at the end of the file. */
  append(file: FileId, bytes: Uint8Array): void;
  /** Fills `into` from `position`; returns the bytes read, fewer only at the end of the file. */
  readAt(file: FileId, into: Uint8Array, position: number): number;
  size(file: FileId): number;
  fdatasync(file: FileId): void;
  close(file: FileId): void;
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
  unlink(path: string): void;
  /** Names in a folder, sorted; none when it does not exist, or is none. */
  list(folder: string): string[];
  /** Makes a folder and its parents. */
  makeFolder(path: string): void;
  /** Makes renames, links and new names in a folder durable. */
  syncFolder(path: string): void;
  exists(path: string): boolean;
  /** Share of the disk that a folder is on that is free for us, 0 to 1. */
  freeShare(folder: string): number;
}

export interface Environment {
  clock: Clock;
  files: FileSystem;
}
