import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { headerLine, transactionLine } from "../../../src/storage/documents/format.ts";
import { checkDocuments } from "../../../src/storage/inspect/check-documents.ts";
import { describeDocuments } from "../../../src/storage/inspect/describe-documents.ts";
import { kindOf } from "../../../src/storage/inspect/file-kind.ts";
import { Findings, type Problem } from "../../../src/storage/inspect/findings.ts";
import { nodeFiles } from "../../../src/storage/node-files.ts";
import { temporaryFolder } from "../../server.ts";

const EVENTS = [
  headerLine("events"),
  transactionLine([{ key: "1", value: { what: "deploy" } }]),
  transactionLine([
    { key: "2", value: "x" },
    { key: "1", value: null },
  ]),
];

function withEvents<T>(then: (folder: string, path: string) => T): T {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, "documents"));
  const path = join(folder.path, "documents/events");
  writeFileSync(path, Buffer.concat(EVENTS));
  try {
    return then(folder.path, path);
  } finally {
    folder.remove();
  }
}

function check(folder: string, isClean: boolean): { count: number; found: string[] } {
  const found: string[] = [];
  const events = {
    problem: ({ file, offset, what, cost }: Problem) =>
      found.push(`${file} at ${offset}: ${what}; ${cost}`),
    note: (text: string) => found.push(`note: ${text}`),
    progress: () => {},
  };
  const count = checkDocuments(nodeFiles, folder, isClean, new Findings(events, 0));
  return { count, found };
}

test("what is described is what holds in the end", (t) => {
  withEvents((_folder, path) => {
    t.like(describeDocuments(nodeFiles, path), {
      collection: "events",
      lines: 3,
      faults: [],
      documents: [{ key: "2", value: "x" }],
    });
  });
});

test("a file of documents is known by its beginning, and a damaged one by its folder", (t) => {
  withEvents((folder, path) => {
    const elsewhere = join(folder, "renamed");
    writeFileSync(elsewhere, readFileSync(path));
    t.is(kindOf(nodeFiles, elsewhere), "documents");
    writeFileSync(path, "??");
    t.is(kindOf(nodeFiles, path), "documents");
  });
});

test("a healthy collection is counted and has no problem", (t) => {
  withEvents((folder) => t.deepEqual(check(folder, true), { count: 1, found: [] }));
});

test("a damaged line is named with the document that it was about", (t) => {
  withEvents((folder, path) => {
    const bytes = readFileSync(path);
    const at = EVENTS[0]!.length;
    bytes[at + EVENTS[1]!.length - 4]! ^= 1;
    writeFileSync(path, bytes);
    t.deepEqual(check(folder, true), {
      count: 1,
      found: [`documents/events at ${at}: the line's checksum is wrong; lost: a change of 1`],
    });
  });
});

test("a line that is cut off is damage after a good end, and normal after a crash", (t) => {
  withEvents((folder, path) => {
    const end = readFileSync(path).length;
    appendFileSync(path, "12");
    t.deepEqual(check(folder, true).found, [
      `documents/events at ${end}: the last line is cut off; lost: the last change`,
    ]);
    t.deepEqual(check(folder, false).found, [
      `note: documents/events at ${end}: the last line is cut off, as a crash leaves it`,
    ]);
  });
});

test("a newer version's file and strangers are named", (t) => {
  withEvents((folder, path) => {
    writeFileSync(path, Buffer.from('b37222f2 {"documents":2,"collection":"notes"}\n'));
    for (const name of ["links.new", "events.damaged", "README"]) {
      writeFileSync(join(folder, "documents", name), "");
    }
    t.deepEqual(check(folder, true).found, [
      "documents/events at 0: written by a newer version of statite; this one reads 1; the server does not start",
      "note: documents/README: no collection of documents",
      "note: documents/events.damaged: kept from before damaged lines were left out",
      "note: documents/links.new: left half-written by a crash",
    ]);
  });
});
