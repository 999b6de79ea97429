import { type CheckedLine, checkedLines, formatCheckedLine } from "../checked-lines.ts";
import { StartError } from "../start-error.ts";

/**
 * The file of a collection of documents: checked lines, each a piece of JSON.
 *
 *     first line    {"documents": 1, "collection": NAME}
 *     each other    [CHANGE, …], a transaction: all of it holds, or nothing
 *     CHANGE        [KEY, VALUE] puts a document, [KEY] removes it
 *
 * @see docs/formats/documents.md
 */
export const DOCUMENTS_FORMAT = 1;

/** One document put, or removed by null. */
export interface Change<T> {
  key: string;
  value: T | null;
}

export function headerLine(collection: string): Buffer {
  return formatCheckedLine(JSON.stringify({ documents: DOCUMENTS_FORMAT, collection }));
}

export function transactionLine(changes: readonly Change<unknown>[]): Buffer {
  const parts = changes.map(({ key, value }) => (value === null ? [key] : [key, value]));
  return formatCheckedLine(JSON.stringify(parts));
}

export interface DocumentLine extends CheckedLine {
  /** Of the first line; else null. */
  collection: string | null;
  /** Null for a line that is no whole transaction. */
  changes: Change<unknown>[] | null;
}

/** @throws StartError when a newer version wrote the file */
export function* documentLines(bytes: Uint8Array, file: string): Generator<DocumentLine> {
  for (const line of checkedLines(bytes)) {
    const collection = line.offset === 0 ? collectionOf(line.value, file) : null;
    yield { ...line, collection, changes: changesOf(line.value) };
  }
}

function collectionOf(value: unknown, file: string): string | null {
  if (typeof value !== "object" || value === null || !("documents" in value)) return null;
  if (Number(value.documents) > DOCUMENTS_FORMAT) {
    throw new StartError(
      `${file}: written by a newer version of statite; this one reads ${DOCUMENTS_FORMAT}`,
    );
  }
  return "collection" in value ? String(value.collection) : null;
}

function changesOf(value: unknown): Change<unknown>[] | null {
  if (!Array.isArray(value)) return null;
  const changes: Change<unknown>[] = [];
  for (const part of value) {
    if (!Array.isArray(part) || typeof part[0] !== "string") return null;
    changes.push({ key: part[0], value: part.length > 1 ? part[1] : null });
  }
  return changes;
}
