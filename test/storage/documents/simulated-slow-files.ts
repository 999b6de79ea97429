import type { SlowFiles } from "../../../src/storage/documents/slow-files.ts";
import type { FileSystem } from "../../../src/storage/environment.ts";

/** Simulated files behind the calls that do not wait in place; each takes a turn of the loop. */
export function simulatedSlowFiles(files: FileSystem): SlowFiles {
  const later = async <T>(call: () => T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    return call();
  };
  return {
    append: (file, bytes) => later(() => files.append(file, bytes)),
    close: (file) => later(() => files.close(file)),
    create: (path) => later(() => files.create(path)),
    exists: (path) => later(() => files.exists(path)),
    fdatasync: (file) => later(() => files.fdatasync(file)),
    link: (from, to) => later(() => files.link(from, to)),
    makeFolder: (path) => later(() => files.makeFolder(path)),
    openAppend: (path) => later(() => files.openAppend(path)),
    rename: (from, to) => later(() => files.rename(from, to)),
    syncFolder: (path) => later(() => files.syncFolder(path)),
    unlink: (path) => later(() => files.unlink(path)),
  };
}
