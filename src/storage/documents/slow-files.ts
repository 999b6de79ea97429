import { access, close, fdatasync, fsync, link, mkdir, open, rename, unlink, write } from "node:fs";
import { promisify } from "node:util";
import type { FileId, FileSystem } from "../environment.ts";

type Call =
  | "append"
  | "close"
  | "create"
  | "exists"
  | "fdatasync"
  | "link"
  | "makeFolder"
  | "openAppend"
  | "rename"
  | "syncFolder"
  | "unlink";

/** Calls of a file system that do not hold up the thread they are made in, however slow the disk is. */
export type SlowFiles = {
  [C in Call]: (...args: Parameters<FileSystem[C]>) => Promise<ReturnType<FileSystem[C]>>;
};

const isThere = promisify(access);
const openFile = promisify(open);
const writeSome = promisify(write);
const closeFile = promisify(close);
const syncFile = promisify(fsync);
const makeFolder = promisify(mkdir);

export const slowNodeFiles: SlowFiles = {
  async append(file, bytes) {
    for (let at = 0; at < bytes.length; ) {
      at += (await writeSome(file, bytes, at, bytes.length - at, null)).bytesWritten;
    }
  },
  close: (file) => closeFile(file),
  create: (path): Promise<FileId> => openFile(path, "wx"),
  exists: (path) =>
    isThere(path).then(
      () => true,
      () => false,
    ),
  fdatasync: promisify(fdatasync),
  link: promisify(link),
  async makeFolder(path) {
    await makeFolder(path, { recursive: true });
  },
  openAppend: (path): Promise<FileId> => openFile(path, "a"),
  rename: promisify(rename),
  async syncFolder(path) {
    const folder = await openFile(path, "r");
    try {
      await syncFile(folder);
    } finally {
      await closeFile(folder);
    }
  },
  unlink: promisify(unlink),
};
