import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  CATALOGUE_FILE,
  CONTROL_SOCKET,
  FORMAT_FILE,
  FORWARD_FOLDER,
  MANIFEST_FILE,
  ORPHAN_FOLDER,
  QUARANTINE_FOLDER,
  SNAPSHOT_FOLDER,
  STATFILE_FOLDER,
  WAL_FOLDER,
} from "../store-folder.ts";

/** What is copied in another way, or is of the running process. */
const NOT_OTHERS = [
  CATALOGUE_FILE,
  CONTROL_SOCKET,
  FORMAT_FILE,
  FORWARD_FOLDER,
  MANIFEST_FILE,
  ORPHAN_FOLDER,
  QUARANTINE_FOLDER,
  SNAPSHOT_FOLDER,
  STATFILE_FOLDER,
  WAL_FOLDER,
];
/** Names of files that are being written, and of locks. */
const UNFINISHED = /\.(new|tmp)$|^lock(\.|$)/;

/** A file as it is at a moment: what is appended later does not belong to it. */
interface Piece {
  from: string;
  to: string;
  bytes: number;
}

/**
 * Copies the log as it is now. Nothing may be dropped from it meanwhile. The newest file is looked
 * at first: once there is a newer one a file does not grow, so no copy ends before the next begins.
 */
export async function copyLog(folder: string, snapshot: string): Promise<number> {
  const names = (await readdir(join(folder, WAL_FOLDER))).filter((name) => name.endsWith(".wal"));
  const pieces: Piece[] = [];
  for (const name of names.sort().reverse()) {
    const from = join(folder, WAL_FOLDER, name);
    const { size: bytes } = await stat(from);
    pieces.push({ from, to: join(snapshot, WAL_FOLDER, name), bytes });
  }
  await mkdir(join(snapshot, WAL_FOLDER), { recursive: true });
  return copyPieces(pieces);
}

/** Copies everything else that lies in the data directory, whatever it is. */
export async function copyOthers(folder: string, snapshot: string): Promise<number> {
  const pieces: Piece[] = [];
  for (const name of await readdir(folder)) {
    if (!NOT_OTHERS.includes(name)) await collect(join(folder, name), join(snapshot, name), pieces);
  }
  return copyPieces(pieces);
}

/** The copy is another line of descent of the same store. */
export async function writeFormat(folder: string, snapshot: string, now: number): Promise<void> {
  const format = JSON.parse(await readFile(join(folder, FORMAT_FILE), "utf8")) as {
    timeline: number;
  };
  const timeline = Math.max(format.timeline + 1, now);
  await writeFile(join(snapshot, FORMAT_FILE), `${JSON.stringify({ ...format, timeline })}\n`);
}

/** Copies a folder to another file system. `progress` is told the bytes done and to be done. */
export async function copyFolder(
  from: string,
  to: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const pieces: Piece[] = [];
  await collect(from, to, pieces);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const piece of pieces) {
    progress(done, total);
    done += await copyPieces([piece]);
  }
  progress(total, total);
}

/** Makes a whole tree durable. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(child);
  }
  await syncPath(path);
}

export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function collect(from: string, to: string, pieces: Piece[]): Promise<void> {
  const name = from.slice(from.lastIndexOf("/") + 1);
  if (UNFINISHED.test(name)) return;
  const found = await stat(from).catch(unlessGone);
  if (found === null) return;
  if (found.isDirectory()) {
    await mkdir(to, { recursive: true });
    for (const child of await readdir(from))
      await collect(join(from, child), join(to, child), pieces);
  } else if (found.isFile()) {
    pieces.push({ from, to, bytes: found.size });
  }
}

async function copyPieces(pieces: readonly Piece[]): Promise<number> {
  let copied = 0;
  for (const { from, to, bytes } of pieces) {
    if (bytes === 0) {
      await writeFile(to, "");
    } else {
      const source = createReadStream(from, { end: bytes - 1, highWaterMark: 1 << 20 });
      const done = await pipeline(source, createWriteStream(to, { flags: "wx" })).catch(unlessGone);
      if (done === null) continue;
    }
    await syncPath(to);
    copied += bytes;
  }
  return copied;
}

/** A file that was there a moment ago may be gone. */
function unlessGone(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
