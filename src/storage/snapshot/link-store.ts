import type { FileSystem } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import { CATALOGUE_FILE, MANIFEST_FILE, STATFILE_FOLDER } from "../store-folder.ts";
import { readWholeFile } from "../wal/scan.ts";

/** What a snapshot has got of the store's files. */
export interface LinkedStore {
  statfiles: number;
  statfileBytes: number;
}

/**
 * Puts the StatFiles that count at this moment into the folder of a snapshot, as further names of
 * the same files: no StatFile is ever changed in place. The manifest and the catalogue grow, so
 * they are copied. To be called by the owner of all three, between two pieces of its work.
 */
export function linkStore(
  files: FileSystem,
  folder: string,
  entries: Iterable<FileEntry>,
  snapshot: string,
): LinkedStore {
  const linked: LinkedStore = { statfiles: 0, statfileBytes: 0 };
  const made = new Set<string>();
  for (const { file, bytes } of entries) {
    const group = `${snapshot}/${STATFILE_FOLDER}/${file.slice(0, file.indexOf("/"))}`;
    if (!made.has(group)) files.makeFolder(group);
    made.add(group);
    // A damaged file may have been taken away; the snapshot lacks what the original lacks.
    if (!files.exists(`${folder}/${STATFILE_FOLDER}/${file}`)) continue;
    files.link(`${folder}/${STATFILE_FOLDER}/${file}`, `${snapshot}/${STATFILE_FOLDER}/${file}`);
    linked.statfiles++;
    linked.statfileBytes += bytes;
  }
  for (const name of [MANIFEST_FILE, CATALOGUE_FILE]) {
    if (!files.exists(`${folder}/${name}`)) continue;
    const copy = files.create(`${snapshot}/${name}`);
    files.append(copy, readWholeFile(files, `${folder}/${name}`));
    files.fdatasync(copy);
    files.close(copy);
  }
  for (const path of made) files.syncFolder(path);
  return linked;
}
