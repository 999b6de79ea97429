import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { BUCKET_BYTES, HEADER, HEADER_BYTES, MAGIC } from "./format.ts";

/** The least that a page has. */
const MIN_PAGE_BYTES = 4096;

/** Names each file of an istatd store that `istatd_lint` names, in its words. Nothing is changed. */
export function lintStore(
  folder: string,
  ageSeconds: number | null,
  now: number,
  tell: (problem: string, path: string) => void,
): void {
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = readdirSync(next, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) lintFile(path, ageSeconds, now, (problem) => tell(problem, path));
    }
  }
}

function lintFile(
  path: string,
  ageSeconds: number | null,
  now: number,
  tell: (problem: string) => void,
): void {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return;
  }
  try {
    const { size, mtimeMs } = fstatSync(file);
    const bytes = new Uint8Array(HEADER_BYTES);
    const read = readSync(file, bytes, 0, HEADER_BYTES, 0);
    const problem = problemOf(bytes.subarray(0, read), size);
    if (problem !== null) tell(problem);
    else if (ageSeconds !== null && now - mtimeMs / 1000 > ageSeconds) tell("file exceeds age");
  } finally {
    closeSync(file);
  }
}

function problemOf(bytes: Uint8Array, size: number): string | null {
  if (bytes.length < HEADER_BYTES) return "short file";
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) return "not an istatd file";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pageBytes = Number(view.getBigInt64(HEADER.pageBytes, true));
  const pages = Number(view.getBigInt64(HEADER.pages, true));
  if (pageBytes <= 0 || pageBytes % BUCKET_BYTES !== 0) return "bad page size in header";
  if (pageBytes < MIN_PAGE_BYTES) return "too small page size in header";
  return size < (pages + 1) * pageBytes ? "file is too small" : null;
}
