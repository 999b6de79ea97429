import { readFileSync } from "node:fs";
import test from "ava";
import { formatCheckedLine } from "../../../src/storage/checked-lines.ts";
import { Collection, type CollectionOptions } from "../../../src/storage/documents/collection.ts";
import { slowNodeFiles } from "../../../src/storage/documents/slow-files.ts";
import { nodeFiles } from "../../../src/storage/node-files.ts";
import { StartError } from "../../../src/storage/start-error.ts";
import { temporaryFolder } from "../../server.ts";
import { randomOf, SimulatedFiles } from "../simulated-files.ts";
import { simulatedSlowFiles } from "./simulated-slow-files.ts";

const OPTIONS: CollectionOptions<string> = {
  name: "notes",
  decode: (value) => (typeof value === "string" ? value : null),
  maxDocuments: 1000,
  maxBytes: 10 << 20,
  maxDocumentBytes: 1 << 20,
  maxWaiting: 1000,
};
const FILE = "data/documents/notes";

function newDisk(): SimulatedFiles {
  const files = new SimulatedFiles(1);
  files.makeFolder("data");
  return files;
}

function open(files: SimulatedFiles, options: Partial<CollectionOptions<string>> = {}) {
  const all = { ...OPTIONS, ...options };
  return new Collection(files, simulatedSlowFiles(files), "data/documents", all);
}

function put(notes: Collection<string>, key: string, value: string | null): Promise<void> {
  return notes.commit(() => [{ key, value }]);
}

function contents(notes: Collection<string>): Record<string, string> {
  return Object.fromEntries(notes.entries());
}

test("documents are there again after a restart, without those that were removed", async (t) => {
  const files = newDisk();
  const notes = open(files);
  await put(notes, "a", "one");
  await put(notes, "ключ\n", "two\u0000");
  await put(notes, "a", "three");
  await put(notes, "gone", "x");
  await put(notes, "gone", null);
  await notes.close();
  const again = open(files);
  t.deepEqual(contents(again), { a: "three", "ключ\n": "two\u0000" });
  t.is(again.bytes, notes.bytes);
  t.deepEqual(again.damage, []);
});

test("a change is not seen before it is durable", async (t) => {
  const files = newDisk();
  const notes = open(files);
  const done = put(notes, "a", "one");
  t.is(notes.get("a"), undefined);
  await done;
  t.is(notes.get("a"), "one");
  t.is(contents(open(files.crash("power", 7))).a, "one");
});

test("of writers at the same time each sees what those before it have done", async (t) => {
  const files = newDisk();
  const notes = open(files);
  const increments = Array.from({ length: 200 }, () =>
    notes.commit((reader) => [{ key: "n", value: String(Number(reader.get("n") ?? 0) + 1) }]),
  );
  await Promise.all(increments);
  t.is(notes.get("n"), "200");
  // They have shared syncs.
  t.true(files.steps < 50, `${files.steps} steps`);
});

test("what a transaction throws meets its caller alone", async (t) => {
  const notes = open(newDisk());
  const good = put(notes, "a", "one");
  const bad = notes.commit(() => {
    throw new Error("no");
  });
  const later = put(notes, "b", "two");
  await t.throwsAsync(bad, { message: "no" });
  await Promise.all([good, later]);
  t.deepEqual(contents(notes), { a: "one", b: "two" });
});

test("a transaction of several documents holds as a whole, whenever the power is cut", async (t) => {
  for (let steps = 1; steps < 60; steps++) {
    const files = newDisk();
    const notes = open(files);
    files.crashAfter(steps);
    const acknowledged = new Map<string, string>();
    for (let i = 0; i < 8; i++) {
      const text = `${i}`.repeat(i * 40);
      const changes = [
        { key: "left", value: text },
        { key: `only ${i}`, value: text },
        { key: "right", value: text },
      ];
      const isDone = await notes
        .commit(() => changes)
        .then(
          () => true,
          () => false,
        );
      if (!isDone) break;
      for (const { key, value } of changes) acknowledged.set(key, value);
    }
    for (const kind of ["kill", "power"] as const) {
      const found = open(files.crash(kind, steps));
      t.is(found.get("left"), found.get("right"), `${kind} after ${steps} steps`);
      for (const [key, value] of acknowledged) {
        if (key.startsWith("only")) t.is(found.get(key), value, `${kind} after ${steps} steps`);
      }
      t.true((found.get("left") ?? "").length >= (acknowledged.get("left") ?? "").length);
    }
  }
});

test("after any number of crashes it is what the last good writes have left", async (t) => {
  const random = randomOf(5);
  let files = newDisk();
  const truth = new Map<string, string>();
  let crashes = 0;
  for (let round = 0; round < 120; round++) {
    const notes = open(files);
    for (const [key, value] of truth) t.is(notes.get(key), value, `round ${round}`);
    files.crashAfter(1 + Math.floor(random() * 25));
    for (let i = 0; i < 10; i++) {
      const key = `k${Math.floor(random() * 6)}`;
      const value = random() < 0.2 ? null : `${round} ${"x".repeat(random() * 3000)}`;
      try {
        await put(notes, key, value);
        if (value === null) truth.delete(key);
        else truth.set(key, value);
      } catch {
        // Whether this one is there is not known; it is no longer compared.
        truth.delete(key);
        crashes++;
        break;
      }
    }
    files = files.crash(random() < 0.5 ? "kill" : "power", round);
  }
  t.true(crashes > 40);
});

test("a full disk refuses and changes nothing; with room again the next write makes it whole", async (t) => {
  const files = newDisk();
  const notes = open(files);
  const failures: (string | null)[] = [];
  notes.onFailure = (reason) => failures.push(reason);
  await put(notes, "a", "one");
  files.isFull = true;
  for (const value of ["two", "three"]) {
    const error = await t.throwsAsync(put(notes, "a", value));
    t.like(error, { code: "ERR_NOT_STORED" });
    t.regex(error.message, /ENOSPC/);
  }
  t.is(notes.get("a"), "one");
  t.is(open(files.crash("kill", 3)).get("a"), "one");
  files.isFull = false;
  await put(notes, "b", "two");
  t.deepEqual(failures, [null, "ENOSPC: no space left", "ENOSPC: no space left", null]);
  t.deepEqual(contents(open(files.crash("power", 4))), { a: "one", b: "two" });
});

test("after a refusal a repair leaves the file whole, as soon as there is room", async (t) => {
  const files = newDisk();
  const notes = open(files);
  const failures: (string | null)[] = [];
  await put(notes, "a", "one");
  const steps = files.steps;
  await notes.repair();
  t.is(files.steps, steps);
  files.isFull = true;
  await t.throwsAsync(put(notes, "b", "two"));
  notes.onFailure = (reason) => failures.push(reason);
  await notes.repair();
  files.isFull = false;
  await notes.repair();
  t.deepEqual(failures, ["ENOSPC: no space left", null]);
  t.deepEqual(contents(open(files.crash("power", 4))), { a: "one" });
  await put(notes, "b", "two");
  t.deepEqual(contents(open(files.crash("power", 5))), { a: "one", b: "two" });
});

test("a line that is cut off never happened", async (t) => {
  const files = newDisk();
  const notes = open(files);
  await put(notes, "a", "one");
  const file = files.openAppend(FILE);
  files.append(file, Buffer.from('12345678 [["b","tw'));
  const again = open(files);
  t.deepEqual(contents(again), { a: "one" });
  t.deepEqual(again.damage, []);
  await put(again, "c", "three");
  t.deepEqual(contents(open(files)), { a: "one", c: "three" });
});

test("a damaged line is reported, costs nothing but itself, and is kept beside the new file", async (t) => {
  const files = newDisk();
  const notes = open(files);
  for (const key of ["a", "b", "c"]) await put(notes, key, "one");
  const size = files.size(files.openRead(FILE));
  files.damage(FILE, size - 30);
  const again = open(files);
  t.deepEqual(contents(again), { a: "one", c: "one" });
  t.is(again.damage.length, 1);
  t.is(again.damage[0]?.file, FILE);
  await put(again, "d", "one");
  t.deepEqual(contents(open(files)), { a: "one", c: "one", d: "one" });
  t.deepEqual(open(files).damage, []);
  t.is(files.size(files.openRead(`${FILE}.damaged`)), size);
});

test("a newer version's file is not touched", (t) => {
  const files = newDisk();
  files.makeFolder("data/documents");
  const file = files.create(FILE);
  const line = formatCheckedLine('{"documents":2,"collection":"notes"}');
  files.append(file, line);
  t.throws(() => open(files), { instanceOf: StartError, message: /newer version/ });
  // With a wrong checksum it is damage, and no word of a version.
  files.damage(FILE, 3);
  t.is(open(files).damage.length, 1);
  t.is(files.size(file), line.length);
});

test("limits hold for documents, bytes and each document; making it smaller always works", async (t) => {
  const notes = open(newDisk(), { maxDocuments: 3, maxBytes: 400, maxDocumentBytes: 200 });
  await t.throwsAsync(put(notes, "a", "x".repeat(200)), { code: "ERR_TOO_LARGE" });
  for (const key of ["a", "b", "c"]) await put(notes, key, "x".repeat(100));
  await t.throwsAsync(put(notes, "d", ""), { code: "ERR_NO_ROOM" });
  await t.throwsAsync(put(notes, "a", "x".repeat(150)), { code: "ERR_NO_ROOM" });
  await put(notes, "a", "x");
  await put(notes, "b", null);
  await put(notes, "d", "y");
  t.is(notes.size, 3);
});

test("too many that wait are refused", async (t) => {
  const notes = open(newDisk(), { maxWaiting: 2 });
  const first = put(notes, "a", "1");
  const second = put(notes, "b", "1");
  await t.throwsAsync(put(notes, "c", "1"), { code: "ERR_NOT_READY" });
  await Promise.all([first, second]);
});

test("what no longer holds does not pile up on the disk", async (t) => {
  const folder = temporaryFolder();
  const notes = new Collection(nodeFiles, slowNodeFiles, `${folder.path}/documents`, OPTIONS);
  await put(notes, "kept", "x");
  for (let i = 0; i < 40; i++) await put(notes, "a", `${i} ${"y".repeat(100_000)}`);
  await notes.close();
  const bytes = readFileSync(`${folder.path}/documents/notes`).length;
  t.true(bytes < 1_400_000, `${bytes} bytes`);
  const again = new Collection(nodeFiles, slowNodeFiles, `${folder.path}/documents`, OPTIONS);
  t.is(again.get("kept"), "x");
  t.true(again.get("a")?.startsWith("39 "));
  t.deepEqual(nodeFiles.list(`${folder.path}/documents`), ["notes"]);
  folder.remove();
});

test("after the end nothing is taken, and what was begun is done", async (t) => {
  const files = newDisk();
  const notes = open(files);
  const begun = put(notes, "a", "one");
  const closed = notes.close();
  await t.throwsAsync(put(notes, "b", "two"), { code: "ERR_NOT_READY" });
  await Promise.all([begun, closed]);
  t.deepEqual(contents(open(files)), { a: "one" });
});
