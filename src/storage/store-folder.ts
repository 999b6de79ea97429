import { randomBytes } from "node:crypto";
import type { Environment, FileSystem } from "./environment.ts";
import { StartError } from "./start-error.ts";
import { readWholeFile } from "./wal/scan.ts";

/** What the file FORMAT says; read before anything else is touched. */
export interface StoreFormat {
  storeId: Uint8Array;
  /** Number of the line of descent: a restored snapshot or a promoted replica begins another. */
  timeline: number;
}

const FORMAT = 1;

/** The store can only be understood by a later version of this program. */
export class NewerVersionError extends StartError {
  override name = "NewerVersionError";
}

export const FORMAT_FILE = "FORMAT";
export const WAL_FOLDER = "wal";
export const STATFILE_FOLDER = "statfiles";
export const ORPHAN_FOLDER = "orphans";
export const QUARANTINE_FOLDER = "quarantine";
export const CATALOGUE_FILE = "catalogue";
export const MANIFEST_FILE = "manifest";
/** Where a snapshot for another file system is gathered before it is copied. */
export const SNAPSHOT_FOLDER = "snapshot.partial";
/** Commands of this machine reach the running server through it. */
export const CONTROL_SOCKET = "control.sock";
export const DOCUMENT_FOLDER = "documents";
/** Files of an import that is sent from elsewhere, until they are adopted. */
export const UPLOAD_FOLDER = "uploads";
/** What is still to be sent on; it belongs to no other place and time, and so to no snapshot. */
export const FORWARD_FOLDER = "forward";

/**
 * Reads what store a folder holds, or makes it one. Folders that are missing are made.
 *
 * @throws NewerVersionError when a newer version wrote it: none of its files is touched then
 */
export function openFolder(env: Environment, folder: string): StoreFormat {
  const { files } = env;
  for (const name of [folder, `${folder}/${WAL_FOLDER}`, `${folder}/${STATFILE_FOLDER}`]) {
    if (!files.exists(name)) files.makeFolder(name);
  }
  const path = `${folder}/${FORMAT_FILE}`;
  if (files.exists(path)) return readFormat(files, path);
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

/**
 * @throws NewerVersionError when a newer version wrote it
 * @throws Error when it cannot be understood
 */
export function readFormat(files: FileSystem, path: string): StoreFormat {
  const text = Buffer.from(readWholeFile(files, path)).toString("utf8");
  const { format, minReader, storeId, timeline } = fieldsOf(text);
  const isKnown =
    Number.isInteger(format) &&
    Number.isInteger(minReader) &&
    Number.isInteger(timeline) &&
    typeof storeId === "string" &&
    /^[0-9a-f]{32}$/.test(storeId);
  if (!isKnown) throw new Error(`${path}: it does not say what store this is`);
  if (Number(minReader) > FORMAT) {
    throw new NewerVersionError(
      `${path}: written by a newer version of statite; this one reads ${FORMAT}`,
    );
  }
  return { storeId: Buffer.from(storeId, "hex"), timeline: Number(timeline) };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Where a damaged StatFile lies, below the folder of the store. */
export function quarantinePath(file: string): string {
  return `${QUARANTINE_FOLDER}/${file.replace("/", "-")}`;
}
