import test from "ava";
import fc from "fast-check";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import { searchWords } from "../../../src/query/ui/search-words.ts";
import { NameIndex } from "../../../src/storage/index/name-index.ts";
import { nameLevel } from "../../../src/storage/index/name-level.ts";
import { type SearchAnswer, searchNames } from "../../../src/storage/index/search/search-names.ts";
import { property } from "../../property.ts";

const MANY = 100_000;

function indexOf(names: Iterable<string>): NameIndex {
  const index = new NameIndex(NameIndex.reserve(1000));
  let series = 0;
  for (const name of new Set(names)) index.add(name, series++);
  return index;
}

function search(index: NameIndex, query: string, limit = MANY): SearchAnswer {
  return searchNames(index, searchWords(query, index, TagIndex.own(index)), limit);
}

/** Series that the hits show, and those below them. */
function seriesOf(index: NameIndex, { hits }: SearchAnswer): string[] {
  const shown = new Set(hits.filter(({ isLeaf }) => isLeaf).map(({ name }) => name));
  const branches = hits.filter(({ below }) => below > 0).map(({ name }) => `${name}.`);
  for (const path of index.paths(MANY)) {
    if (!path.includes(";") && branches.some((branch) => path.startsWith(branch))) shown.add(path);
  }
  return [...shown].sort();
}

const label = fc.stringMatching(/^[abAB-]{1,4}$/);
const plain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const tagged = fc.tuple(plain, label).map(([name, value]) => `${name};t=${value}`);
const word = fc.stringMatching(/^[abAB.-]{1,5}$/);

test("a search finds exactly the series in whose names all words are, whatever their case", (t) => {
  const names = fc.array(fc.oneof(plain, tagged), { maxLength: 40 });
  const words = fc.array(word, { minLength: 1, maxLength: 4 });
  property(t, [names, words, fc.array(fc.nat(39))], (list, wanted, deleted) => {
    const index = indexOf(list);
    const gone = new Set(deleted.map((series) => index.nameOf(series)));
    for (const series of new Set(deleted)) if (index.isLive(series)) index.remove(series);
    const expected = [...new Set(list)].filter((name) => {
      const lower = name.toLowerCase();
      return !gone.has(name) && wanted.every((one) => lower.includes(one.toLowerCase()));
    });
    const answer = search(index, wanted.join(" "));
    const isRight = seriesOf(index, answer).join() === expected.sort().join();
    return isRight && answer.total === expected.length && answer.isComplete;
  });
});

test("hits are as many as were asked for, and the total is of all", (t) => {
  property(
    t,
    [fc.array(plain, { maxLength: 40 }), word, fc.integer({ min: 1, max: 5 })],
    (list, one, limit) => {
      const index = indexOf(list);
      const all = search(index, one);
      const some = search(index, one, limit);
      const names = some.hits.map(({ name }) => name);
      return (
        some.total === all.total &&
        new Set(names).size === names.length &&
        some.hits.length === Math.min(limit, all.hits.length)
      );
    },
  );
});

const SITE = [
  "web.eu.host001.cpu.user",
  "web.eu.host001.cpu.system",
  "web.eu.host001.xcpux",
  "web.eu.host002.my-cpu",
  "web.eu.cpus",
  "cpu",
  "web.us.Größe.LATENCY",
  "req;dc=eu;host=a1",
  "req;dc=eu;host=b2",
  "req;dc=us;host=a3",
];

test("whole nodes come before beginnings of nodes, and these before what is in the middle", (t) => {
  const hits = search(indexOf(SITE), "cpu").hits.map(({ name }) => name);
  t.deepEqual(hits, [
    "cpu",
    "web.eu.host001.cpu",
    "web.eu.cpus",
    "web.eu.host002.my-cpu",
    "web.eu.host001.xcpux",
    "web.eu.host001.cpu.user",
    "web.eu.host001.cpu.system",
  ]);
});

test("a branch says how many series are below it, and is one hit with the series of its name", (t) => {
  const index = indexOf([...SITE, "web.eu"]);
  t.deepEqual(search(index, "WEB", 1), {
    total: 7,
    isComplete: false,
    hits: [{ name: "web", isLeaf: false, below: 7 }],
  });
  t.deepEqual(search(index, "eu host001", 1).hits[0], {
    name: "web.eu.host001",
    isLeaf: false,
    below: 3,
  });
  t.deepEqual(search(index, "web.eu", 1).hits[0], { name: "web.eu", isLeaf: true, below: 5 });
});

test("wildcards are patterns of nodes, and what is typed goes on", (t) => {
  const index = indexOf(SITE);
  const names = (query: string): string[] => search(index, query).hits.map(({ name }) => name);
  t.deepEqual(names("*pu?"), ["web.eu.cpus", "web.eu.host001.xcpux"]);
  t.deepEqual(names("web.*.host00[12].*cp"), [
    "web.eu.host001.cpu",
    "web.eu.host001.xcpux",
    "web.eu.host002.my-cpu",
    "web.eu.host001.cpu.user",
    "web.eu.host001.cpu.system",
  ]);
  t.deepEqual(names("l?tency gröss"), []);
  t.deepEqual(names("L?TENCY GRÖ"), ["web.us.Größe.LATENCY"]);
  t.deepEqual(names("nothing*"), []);
});

test("tag expressions are understood, beside words and while a value is being typed", (t) => {
  const index = indexOf(SITE);
  const names = (query: string): string[] => search(index, query).hits.map(({ name }) => name);
  t.deepEqual(names("dc=eu"), ["req;dc=eu;host=a1", "req;dc=eu;host=b2"]);
  t.deepEqual(names("dc=e b2"), ["req;dc=eu;host=b2"]);
  t.deepEqual(names("dc= host=~a"), ["req;dc=eu;host=a1", "req;dc=us;host=a3"]);
  t.deepEqual(names('seriesByTag("host=a3")'), ["req;dc=us;host=a3"]);
  t.deepEqual(names("dc=.*"), []);
  t.throws(() => names("dc!=eu"), { message: /at least one tag expression/ });
});

test("a search that would cost too much is refused in words", (t) => {
  const index = indexOf(SITE);
  t.throws(() => search(index, "a ".repeat(40)), { message: /at most 30 words and dots/ });
  t.throws(() => search(index, "x".repeat(2000)), { message: /at most 1000 characters/ });
  t.throws(() => search(index, "*a ".repeat(6)), { message: /at most 5 patterns/ });
  t.deepEqual(search(index, "  "), { total: 0, isComplete: true, hits: [] });
  t.is(search(index, "web.eu.host001.cpu.user.a.b.c.d.e.f.g").total, 0);
});

test("the levels of the tree hold every series once, however many names have come and gone", (t) => {
  property(t, [fc.array(plain, { maxLength: 30 }), fc.array(fc.nat(29))], (list, deleted) => {
    const index = indexOf(list);
    for (const series of new Set(deleted)) if (index.isLive(series)) index.remove(series);
    const leaves: string[] = [];
    const walk = (path: string): void => {
      const { total, nodes } = nameLevel(index, path, 0, MANY);
      if (nodes.length !== total) throw new Error("rows are missing");
      for (const node of nodes) {
        if (node.isLeaf) leaves.push(node.path);
        if (node.isBranch) walk(node.path);
      }
    };
    walk("");
    return leaves.sort().join() === index.paths(MANY).sort().join();
  });
});

test("branches of a single child are one row, and a level comes in pages", (t) => {
  const index = indexOf([...SITE, "one.two.three.four", "one.two.three.five"]);
  t.deepEqual(nameLevel(index, "", 0, 10), {
    total: 3,
    nodes: [
      { text: "cpu", path: "cpu", isLeaf: true, isBranch: false },
      { text: "one.two.three", path: "one.two.three", isLeaf: false, isBranch: true },
      { text: "web", path: "web", isLeaf: false, isBranch: true },
    ],
  });
  t.deepEqual(nameLevel(index, "web", 1, 1).nodes, [
    { text: "us.Größe.LATENCY", path: "web.us.Größe.LATENCY", isLeaf: true, isBranch: false },
  ]);
  for (const path of ["web.nowhere", "req;dc=eu;host=a1", "web.", "."]) {
    t.deepEqual(nameLevel(index, path, 0, 10), { total: 0, nodes: [] }, path);
  }
});
