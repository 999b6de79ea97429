import type { FileSystem } from "./environment.ts";
import { QUARANTINE_FOLDER, quarantinePath, STATFILE_FOLDER } from "./store-folder.ts";

/** Moves a damaged StatFile that the manifest does not count any more out of the way. */
export function setAside(files: FileSystem, folder: string, file: string): void {
  const aside = `${folder}/${QUARANTINE_FOLDER}`;
  if (!files.exists(aside)) {
    files.makeFolder(aside);
    files.syncFolder(folder);
  }
  files.rename(`${folder}/${STATFILE_FOLDER}/${file}`, `${folder}/${quarantinePath(file)}`);
  files.syncFolder(aside);
}
