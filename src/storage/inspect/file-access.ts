import type { FileSystem } from "../environment.ts";

/** Size of a file; 0 when there is none. */
export function sizeOf(files: FileSystem, path: string): number {
  if (!files.exists(path)) return 0;
  const file = files.openRead(path);
  try {
    return files.size(file);
  } finally {
    files.close(file);
  }
}

/** The first bytes of a file, as many as there are. */
export function readStart(files: FileSystem, path: string, bytes: number): Uint8Array {
  const file = files.openRead(path);
  try {
    const start = new Uint8Array(bytes);
    return start.subarray(0, files.readAt(file, start, 0));
  } finally {
    files.close(file);
  }
}

/** Whether a file is gone: it never was there, or another process has removed it. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Whether the file system is to blame, and not this program. */
export function isFromDisk(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of an error without the path that readers begin it with. */
export function reasonOf(error: unknown, path: string): string {
  const message = messageOf(error);
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}

/**
 * Does what may find that a running server has just removed a file, and does it again then: the
 * second look sees the new state.
 */
export function retryWhenGone<T>(attempts: number, look: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return look();
    } catch (error) {
      if (!isGone(error) || attempt >= attempts) throw error;
    }
  }
}
