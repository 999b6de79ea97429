import { randomBytes } from "node:crypto";
import type { Environment } from "./environment.ts";
import { StartError } from "./start-error.ts";
import { readWholeFile } from "./wal/scan.ts";

/** What the file FORMAT says; read before anything else is touched. */
export interface StoreFormat {
  storeId: Uint8Array;
  /** Number of the line of descent: a restored snapshot or a promoted replica begins another. */
  timeline: number;
}

const FORMAT = 1;

export const WAL_FOLDER = "wal";
export const STATFILE_FOLDER = "statfiles";
export const CATALOGUE_FILE = "catalogue";

/**
 * Reads what store a folder holds, or makes it one. Folders that are missing are made.
 *
 * @throws StartError when a newer version wrote it: none of its files is touched then
 */
export function openFolder(env: Environment, folder: string): StoreFormat {
  const { files } = env;
  for (const name of [folder, `${folder}/${WAL_FOLDER}`, `${folder}/${STATFILE_FOLDER}`]) {
    if (!files.exists(name)) files.makeFolder(name);
  }
  const path = `${folder}/FORMAT`;
  if (files.exists(path)) {
    const text = Buffer.from(readWholeFile(files, path)).toString("utf8");
    const found = JSON.parse(text) as { minReader: number; storeId: string; timeline: number };
    if (found.minReader > FORMAT) {
      throw new StartError(
        `${path}: written by a newer version of statite; this one reads ${FORMAT}`,
      );
    }
    return { storeId: Buffer.from(found.storeId, "hex"), timeline: found.timeline };
  }
  const format = { storeId: randomBytes(16), timeline: 1 };
  const text = `${JSON.stringify({
    format: FORMAT,
    minReader: FORMAT,
    storeId: format.storeId.toString("hex"),
    timeline: format.timeline,
  })}\n`;
  const temporary = `${path}.new`;
  if (files.exists(temporary)) files.unlink(temporary);
  const file = files.create(temporary);
  files.append(file, Buffer.from(text));
  files.fdatasync(file);
  files.close(file);
  files.rename(temporary, path);
  files.syncFolder(folder);
  return format;
}
