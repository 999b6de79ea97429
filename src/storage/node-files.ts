import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { Environment, FileSystem } from "./environment.ts";

/** The files of this machine, with synchronous calls: they run in threads that may wait. */
export const nodeFiles: FileSystem = {
  openRead: (path) => openSync(path, "r"),
  create: (path) => openSync(path, "wx"),
  openAppend: (path) => openSync(path, "a"),
  append(file, bytes) {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
  },
  readAt(file, into, position) {
    let at = 0;
    while (at < into.length) {
      const read = readSync(file, into, at, into.length - at, position + at);
      if (read === 0) break;
      at += read;
    }
    return at;
  },
  size: (file) => fstatSync(file).size,
  fdatasync: (file) => fdatasyncSync(file),
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  unlink: (path) => unlinkSync(path),
  list(folder) {
    try {
      return readdirSync(folder).sort();
    } catch (error) {
      // A stray file where a folder is looked for is as good as none.
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw error;
    }
  },
  makeFolder: (path) => {
    mkdirSync(path, { recursive: true });
  },
  syncFolder(path) {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  exists: (path) => existsSync(path),
  freeShare(folder) {
    const { bavail, blocks } = statfsSync(folder);
    // Some file systems have no size.
    return blocks > 0 ? bavail / blocks : 1;
  },
};

export const realEnvironment: Environment = {
  clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
  files: nodeFiles,
};
