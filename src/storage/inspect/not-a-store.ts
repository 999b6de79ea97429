import type { FileSystem } from "../environment.ts";
import {
  CATALOGUE_FILE,
  FORMAT_FILE,
  MANIFEST_FILE,
  STATFILE_FOLDER,
  WAL_FOLDER,
} from "../store-folder.ts";

/** The folder, or what is asked of it, is not what a tool can look at; the message says why. */
export class NotAStoreError extends Error {
  override name = "NotAStoreError";
}

/** @throws NotAStoreError when nothing in the folder looks like a store */
export function requireStore(files: FileSystem, folder: string): void {
  if (!files.exists(folder)) throw new NotAStoreError(`${folder}: there is no such folder`);
  const traces = [FORMAT_FILE, MANIFEST_FILE, CATALOGUE_FILE, WAL_FOLDER, STATFILE_FOLDER];
  if (!traces.some((name) => files.exists(`${folder}/${name}`))) {
    throw new NotAStoreError(
      `${folder}: not a data directory of statite (nothing of ${traces.join(", ")} is there)`,
    );
  }
}
