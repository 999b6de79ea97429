import { closeSync, openSync } from "node:fs";
import { basename, dirname } from "node:path";

/** Bytes of a path that the kernel takes for a socket, on any system. */
const MAX_PATH_BYTES = 103;

/**
 * A path under which a Unix socket can be made or opened, whatever the length of its own one: on
 * Linux a long one is shortened by way of an open folder. `close` gives that back.
 *
 * @throws when the folder cannot be opened
 */
export function openSocketPath(path: string): { path: string; close(): void } {
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES || process.platform !== "linux") {
    return { path, close: () => {} };
  }
  const folder = openSync(dirname(path), "r");
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, close: () => closeSync(folder) };
}
