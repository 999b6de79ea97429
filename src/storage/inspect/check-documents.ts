import { isWellWritten } from "../checked-lines.ts";
import { type DocumentLine, documentLines } from "../documents/format.ts";
import type { FileSystem } from "../environment.ts";
import { StartError } from "../start-error.ts";
import { DOCUMENT_FOLDER } from "../store-folder.ts";
import { readWholeFile } from "../wal/scan.ts";
import { reasonOf } from "./file-access.ts";
import type { Findings } from "./findings.ts";

/** Files of collections; others in the folder are none. */
const COLLECTION = /^[a-z]+$/;

export function collectionNames(files: FileSystem, folder: string): string[] {
  return files.list(`${folder}/${DOCUMENT_FOLDER}`).filter((name) => COLLECTION.test(name));
}

/**
 * Checks every line of every collection of documents; returns how many documents there are.
 * `isClean` says that the last process ended in good order, so that nothing may be unfinished.
 */
export function checkDocuments(
  files: FileSystem,
  folder: string,
  isClean: boolean,
  findings: Findings,
): number {
  let documents = 0;
  for (const name of collectionNames(files, folder)) {
    documents += checkCollection(files, folder, `${DOCUMENT_FOLDER}/${name}`, isClean, findings);
  }
  for (const name of files.list(`${folder}/${DOCUMENT_FOLDER}`)) {
    const file = `${DOCUMENT_FOLDER}/${name}`;
    if (name.endsWith(".damaged")) {
      findings.note(`${file}: kept from before damaged lines were left out`);
    } else if (name.endsWith(".new")) findings.note(`${file}: left half-written by a crash`);
    else if (!COLLECTION.test(name)) findings.note(`${file}: no collection of documents`);
  }
  return documents;
}

function checkCollection(
  files: FileSystem,
  folder: string,
  file: string,
  isClean: boolean,
  findings: Findings,
): number {
  const bytes = readWholeFile(files, `${folder}/${file}`);
  const keys = new Set<string>();
  try {
    for (const line of documentLines(bytes, file)) {
      const problem = problemOf(line);
      if (line.isCutOff) {
        const what = "the last line is cut off";
        if (isClean) findings.problem(file, line.offset, what, "lost: the last change");
        else findings.note(`${file} at ${line.offset}: ${what}, as a crash leaves it`);
      } else if (problem !== null) {
        findings.problem(file, line.offset, problem.what, problem.cost);
      }
      for (const { key, value } of line.changes ?? []) {
        if (value === null) keys.delete(key);
        else keys.add(key);
      }
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    findings.problem(file, 0, reasonOf(error, file), "the server does not start");
  }
  findings.read(bytes.length);
  return keys.size;
}

function problemOf(line: DocumentLine): { what: string; cost: string } | null {
  if (line.value === undefined) {
    return { what: "the line's checksum is wrong", cost: costOf(line) };
  }
  if (line.collection === null && line.changes === null) {
    return { what: "the line is neither header nor transaction", cost: "what it says is left out" };
  }
  if (isWellWritten(line.bytes)) return null;
  return {
    what: "the line does not begin with eight digits and a blank",
    cost: "nothing is lost: what follows is whole",
  };
}

/** What a bad line said, as far as its text still tells. */
function costOf({ offset, bytes }: DocumentLine): string {
  if (offset === 0) return "nothing is lost: the first line names the collection only";
  const key = /^\[\["((?:[^"\\]|\\.){1,100})"/.exec(
    Buffer.from(bytes.subarray(9)).toString("utf8"),
  );
  return key === null ? "lost: a change of documents" : `lost: a change of ${key[1]}`;
}
