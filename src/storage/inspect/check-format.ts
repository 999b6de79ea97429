import type { FileSystem } from "../environment.ts";
import {
  FORMAT_FILE,
  NewerVersionError,
  readFormat,
  type StoreFormat,
  WAL_FOLDER,
} from "../store-folder.ts";
import { readFileHeader } from "../wal/file-header.ts";
import { FILE_HEADER_BYTES } from "../wal/format.ts";
import { logFileNames } from "../wal/scan.ts";
import { readStart } from "./file-access.ts";
import type { Findings } from "./findings.ts";

const COST = "the server does not start until it is restored; nothing else is lost";

/**
 * Checks what the store says of itself, and gives the id by which its log is to be read.
 *
 * @throws NewerVersionError
 */
export function checkFormat(files: FileSystem, folder: string, findings: Findings): Uint8Array {
  const ids = storeIdsOfLog(files, `${folder}/${WAL_FOLDER}`);
  const idOfLog = ids[0] ?? new Uint8Array(16);
  const path = `${folder}/${FORMAT_FILE}`;
  if (!files.exists(path)) {
    findings.problem(FORMAT_FILE, 0, "the file is missing", COST);
    return idOfLog;
  }
  let format: StoreFormat;
  try {
    format = readFormat(files, path);
  } catch (error) {
    if (error instanceof NewerVersionError) throw error;
    findings.problem(FORMAT_FILE, 0, "it does not say what store this is", COST);
    return idOfLog;
  }
  if (ids.length > 0 && !ids.some((id) => Buffer.compare(id, format.storeId) === 0)) {
    findings.problem(FORMAT_FILE, 0, "it names another store than all log files do", COST);
    return idOfLog;
  }
  return format.storeId;
}

/** The ids in those headers of log files that can be read; whoever checks the log says of the others. */
function storeIdsOfLog(files: FileSystem, folder: string): Uint8Array[] {
  return logFileNames(files, folder).flatMap((name) => {
    try {
      const header = readFileHeader(readStart(files, `${folder}/${name}`, FILE_HEADER_BYTES));
      return "reason" in header ? [] : [header.storeId];
    } catch {
      return [];
    }
  });
}
