import { documentLines } from "../documents/format.ts";
import type { FileSystem } from "../environment.ts";
import { readWholeFile } from "../wal/scan.ts";
import type { Fault } from "./findings.ts";

export interface DocumentsDescription {
  kind: "documents";
  file: string;
  bytes: number;
  /** Name of the collection; null when the first line cannot be read. */
  collection: string | null;
  /** Lines that count. */
  lines: number;
  faults: Fault[];
  /** What holds in the end, as it was put there first. */
  documents: { key: string; value: unknown }[];
}

/** What a file of documents says in the end. @throws StartError when a newer version wrote it */
export function describeDocuments(files: FileSystem, path: string): DocumentsDescription {
  const bytes = readWholeFile(files, path);
  const documents = new Map<string, unknown>();
  const about: DocumentsDescription = {
    kind: "documents",
    file: path,
    bytes: bytes.length,
    collection: null,
    lines: 0,
    faults: [],
    documents: [],
  };
  for (const { offset, isCutOff, collection, changes } of documentLines(bytes, path)) {
    if (collection !== null) about.collection = collection;
    else if (changes === null) {
      const what = isCutOff ? "the last line is cut off" : "the line cannot be read";
      about.faults.push({ offset, what });
      continue;
    }
    about.lines++;
    for (const { key, value } of changes ?? []) {
      if (value === null) documents.delete(key);
      else documents.set(key, value);
    }
  }
  about.documents = [...documents].map(([key, value]) => ({ key, value }));
  return about;
}
