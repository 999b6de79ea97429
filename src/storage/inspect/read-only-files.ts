import type { FileSystem } from "../environment.ts";

/** The same files, none of which can be changed: a tool that looks at a store is held to its word. */
export function readOnly(files: FileSystem): FileSystem {
  const refuse = (): never => {
    throw new Error("the store is only looked at: nothing in it may be changed");
  };
  return {
    openRead: (path) => files.openRead(path),
    readAt: (file, into, position) => files.readAt(file, into, position),
    size: (file) => files.size(file),
    close: (file) => files.close(file),
    list: (folder) => files.list(folder),
    exists: (path) => files.exists(path),
    freeShare: (folder) => files.freeShare(folder),
    create: refuse,
    openAppend: refuse,
    append: refuse,
    fdatasync: refuse,
    rename: refuse,
    link: refuse,
    unlink: refuse,
    makeFolder: refuse,
    syncFolder: refuse,
  };
}
