import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Nobody waits for the other end of a pipe that lies among the files. */
export const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** A file of another system that is not taken, and why. */
export class ForeignFileError extends Error {
  override name = "ForeignFileError";
}

/** An open file of `size` bytes that is read piece by piece. */
export interface ForeignFile {
  readonly size: number;
  /** Fills `into` from `position`, and returns how many bytes there were. */
  read(into: Uint8Array, position: number): number;
  close(): void;
}

/**
 * Opens a file for reading; others may write into it meanwhile.
 *
 * @throws ForeignFileError when it is a folder, a pipe or such
 * @throws Error when it cannot be opened
 */
export function openForeignFile(path: string): ForeignFile {
  const file = openSync(path, READ);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ForeignFileError("it is no file");
    return {
      size: stat.size,
      read: (into, position) => readSync(file, into, 0, into.length, position),
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** A file that is in memory. */
export function foreignFileOf(bytes: Uint8Array): ForeignFile {
  return {
    size: bytes.length,
    read: (into, position) => {
      const piece = bytes.subarray(position, position + into.length);
      into.set(piece);
      return piece.length;
    },
    close: () => {},
  };
}

/** What the system says against a file, in words. */
export function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "it is not there";
    case "EACCES":
    case "EPERM":
      return "it may not be read";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
