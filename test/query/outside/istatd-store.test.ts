import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { importTree } from "../../../compat/import/import-tree.ts";
import { HEADER, PAGE_BYTES } from "../../../compat/istatd/format.ts";
import { IstatdTree, istatdNames } from "../../../compat/istatd/istatd-tree.ts";
import { istatdSource } from "../../../compat/istatd/source-tree.ts";
import { StorageRules } from "../../../src/model/schema.ts";
import { reserveOutsideMemory } from "../../../src/query/outside/outside-memory.ts";
import { OutsideNames } from "../../../src/query/outside/outside-names.ts";
import { OutsideStore } from "../../../src/query/outside/outside-store.ts";
import { UnionSource } from "../../../src/query/outside/union-source.ts";
import { StoreSource } from "../../../src/query/store-source.ts";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import { OfflineImport } from "../../../src/storage/import/offline-import.ts";
import { env, NOW, OPTIONS, openStore } from "../../compat/imported-tree.ts";
import { eventFile, gaugeFile, gaugeSample, put } from "../../compat/istatd/made-store.ts";
import { temporaryFolder } from "../../server.ts";

const START = Math.floor(NOW / 3600) * 3600 - 7200;

/** A gauge of two levels, an event counter of two, and parents with empty files. */
function makeStore(store: string): void {
  const samples = Array.from({ length: 700 }, (_, i) =>
    gaugeSample(START + i * 10 + (i % 3), (i * 7919) % 100),
  );
  put(store, "web.load", "10s", gaugeFile(10, samples.slice(200)));
  put(store, "web.load", "5m", gaugeFile(300, samples));
  const rates = Array.from({ length: 700 }, (_, i): [number, number] => [
    START + i * 10,
    i % 4 === 0 ? 0 : (i % 16) / 4,
  ]);
  put(store, "web.hits", "10s", eventFile(10, 10, rates));
  put(store, "web.hits", "5m", eventFile(300, 10, rates));
  // As istatd makes them for parents: a header, and nothing else.
  const nothing = gaugeFile(10, [gaugeSample(START, 1)]);
  nothing.fill(0, HEADER.totalSum, HEADER.totalsSince);
  nothing.fill(0, PAGE_BYTES);
  put(store, "web", "10s", nothing);
}

test("a store of istatd answers as it does when it is imported", async (t) => {
  const store = temporaryFolder();
  const data = temporaryFolder();
  makeStore(store.path);
  const memory = reserveOutsideMemory(100);
  const problems: string[] = [];
  const report = (path: string, reason: string): void => {
    problems.push(`${path}: ${reason}`);
  };
  const names = new OutsideNames(store.path, istatdNames(store.path), memory, report);
  names.scan();
  const sourceOf = (harness: ReturnType<typeof openStore>): StoreSource =>
    new StoreSource(
      harness.names,
      TagIndex.own(harness.names),
      harness.reader,
      new StorageRules(null, null),
    );
  const empty = temporaryFolder();
  const union = new UnionSource(sourceOf(openStore(empty.path)), [
    new OutsideStore(0, memory, new IstatdTree(store.path), report),
  ]);
  const target = OfflineImport.open(env, data.path, 100);
  const events = { skipped: report, progress: () => {} };
  await importTree(istatdSource(store.path), OPTIONS, target, events);
  await target.close();
  const imported = sourceOf(openStore(data.path));

  t.deepEqual(await union.allPaths(10), ["web.hits", "web.load"]);
  t.deepEqual(await imported.allPaths(10), ["web.hits", "web.load"]);
  for (const name of ["web.load", "web.hits"]) {
    const [[theirs], [ours]] = await Promise.all([
      union.find(name, null, 1),
      imported.find(name, null, 1),
    ]);
    const facts = union.factsOf(theirs!);
    t.deepEqual(facts.tiers, imported.factsOf(ours!).tiers);
    t.is(facts.mode, imported.factsOf(ours!).mode);
    for (const [from, until] of [
      [NOW - 3000, NOW],
      [START - 600, START + 6000],
      [NOW - 40_000, NOW],
    ] as const) {
      const window = { from, until, now: NOW };
      const [[read], [expected]] = await Promise.all([
        union.fetch([theirs!], window, 1e6),
        imported.fetch([ours!], window, 1e6),
      ]);
      t.deepEqual(read, expected, `${name} ${from} ${until}`);
      t.true(read!.values.some((value) => value > 0));
    }
    const grid = { start: START, end: START + 6000, step: 300, age: NOW - START };
    const [read, expected] = [union.buckets(theirs!, grid), imported.buckets(ours!, grid)];
    for (const column of ["count", "sum", "min", "max"] as const) {
      const known = (list: Float64Array): (number | null)[] =>
        Array.from(list, (value, i) => (read.count[i] === 0 ? null : value));
      t.deepEqual(known(read[column]), known(expected[column]), `${name} ${column}`);
    }
  }
  t.deepEqual(problems, []);

  // A file that is none is told of once, and the others of the counter answer.
  writeFileSync(join(store.path, "web/load/1h"), "no StatFile");
  const leaves = await union.find("web.load", null, 1);
  for (let round = 0; round < 2; round++) {
    const [read] = await union.fetch(leaves, { from: NOW - 3000, until: NOW, now: NOW }, 1e6);
    t.true(read!.values.some((value) => value > 0));
  }
  t.is(problems.length, 1);
  t.regex(problems[0]!, /^web\/load\/1h: /);
  for (const folder of [store, data, empty]) folder.remove();
});
