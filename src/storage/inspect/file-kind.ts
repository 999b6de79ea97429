import { basename, dirname } from "node:path";
import type { FileSystem } from "../environment.ts";
import { MAGIC } from "../statfile/format.ts";
import { CATALOGUE_FILE, DOCUMENT_FOLDER, FORMAT_FILE, MANIFEST_FILE } from "../store-folder.ts";
import { FRAME_HEADER_BYTES, FRAME_LENGTH, WAL_MAGIC } from "../wal/format.ts";
import { frameAt, MAX_FRAME_BYTES } from "../wal/frames.ts";
import { readStart, sizeOf } from "./file-access.ts";

/** "facts": a file of one line of JSON, FORMAT or lock. */
export type FileKind = "statfile" | "log" | "catalogue" | "manifest" | "documents" | "facts";

/** What kind of file of a store it is, by its first bytes or else by its name; null for none. */
export function kindOf(files: FileSystem, path: string): FileKind | null {
  const start = readStart(files, path, FRAME_HEADER_BYTES);
  const text = Buffer.from(start).toString("latin1");
  if (text.startsWith(Buffer.from(MAGIC).toString("latin1"))) return "statfile";
  if (/^[0-9a-f]{8} \{"documents"/.test(text)) return "documents";
  if (/^[0-9a-f]{8} \{/.test(text)) return "manifest";
  if (/^\{"(format|pid)":/.test(text)) return "facts";
  if (start.length >= 4 && viewOf(start).getUint32(0, true) === WAL_MAGIC) return "log";
  if (beginsWithFrame(files, path, start)) return "catalogue";
  if (basename(dirname(path)) === DOCUMENT_FOLDER) return "documents";
  return kindByName(basename(path));
}

/** A damaged file is known by its name at least. */
function kindByName(name: string): FileKind | null {
  if (name.endsWith(".statfile")) return "statfile";
  if (name.endsWith(".wal")) return "log";
  if (name === CATALOGUE_FILE) return "catalogue";
  if (name === MANIFEST_FILE) return "manifest";
  return name === FORMAT_FILE || name === "lock" ? "facts" : null;
}

function beginsWithFrame(files: FileSystem, path: string, start: Uint8Array): boolean {
  if (start.length < FRAME_HEADER_BYTES) return false;
  const length = FRAME_HEADER_BYTES + viewOf(start).getUint32(FRAME_LENGTH, true);
  if (length > MAX_FRAME_BYTES || length > sizeOf(files, path)) return false;
  const bytes = readStart(files, path, length);
  return typeof frameAt(bytes, viewOf(bytes), 0) !== "string";
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
