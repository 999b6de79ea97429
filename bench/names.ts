import { TagIndex } from "../src/query/tags/tag-index.ts";
import { searchWords } from "../src/query/ui/search-words.ts";
import { NameIndex } from "../src/storage/index/name-index.ts";
import { nameLevel } from "../src/storage/index/name-level.ts";
import { searchNames } from "../src/storage/index/search/search-names.ts";
import { type Benchmark, ownCpuSeconds } from "./benchmark.ts";

const SERIES = 1_000_000;

/** The 100 series of each of 10,000 hosts; every tenth host has a counter that no other one has. */
function plainName(i: number): string {
  const host = Math.floor(i / 100);
  const metric = i % 100;
  const name = `dc${host % 10}.rack${host % 40}.host${String(host).padStart(5, "0")}`;
  if (metric === 99 && host % 10 === 0)
    return `${name}.Request-${(host * 7919).toString(36)}.Count`;
  return `${name}.service${metric % 20}.metric${metric}`;
}

/** One label a name: what takes longest to look through. */
function taggedName(i: number): string {
  const host = Math.floor(i / 100);
  return `service${i % 20}.metric${i % 100};dc=dc${host % 10};host=host${String(host).padStart(5, "0")}`;
}

const filled = new Map<(i: number) => string, NameIndex>();

function fill(nameOf: (i: number) => string): NameIndex {
  let names = filled.get(nameOf);
  if (names === undefined) {
    names = new NameIndex(NameIndex.reserve(SERIES));
    for (let i = 0; i < SERIES; i++) names.add(nameOf(i), i);
    filled.set(nameOf, names);
  }
  return names;
}

/** Searches by what is typed; the naive way has all names as texts and looks at each. */
function search(name: string, nameOf: (i: number) => string, queries: string[]): Benchmark {
  return {
    name,
    unit: "milliseconds of CPU for a search among a million names",
    floor: 50,
    moreIsBetter: false,
    async run(seconds) {
      const names = fill(nameOf);
      const tags = TagIndex.own(names);
      const ask = (query: string): number =>
        searchNames(names, searchWords(query, names, tags), 50).total;
      let found = 0;
      for (const query of queries) found += ask(query);
      let [worst, sum, rounds] = [0, 0, 0];
      const end = performance.now() + seconds * 1000;
      do {
        for (const query of queries) {
          const from = ownCpuSeconds();
          found += ask(query);
          const took = (ownCpuSeconds() - from) * 1000;
          worst = Math.max(worst, took);
          sum += took;
          rounds++;
        }
      } while (performance.now() < end);
      const texts = queries.slice(0, 3).map((query) => query.toLowerCase().split(" "));
      const all = names.paths(SERIES);
      const from = ownCpuSeconds();
      for (const words of texts) {
        found += all.filter((path) => {
          const lower = path.toLowerCase();
          return words.every((word) => lower.includes(word));
        }).length;
      }
      const baseline = ((ownCpuSeconds() - from) * 1000) / texts.length;
      const note = `worst ${worst.toFixed(0)} ms, naive ${baseline.toFixed(0)} ms, ${found} found`;
      return { value: sum / rounds, baseline: null, note };
    },
  };
}

export const benchmarks: Benchmark[] = [
  search("ui-search", plainName, [
    "host00123 metric7",
    "service",
    "metric4 dc3 rack1",
    "nowhere",
    "c",
    "request 0a",
    "host00123.service3",
    "host0012*",
    "dc1.*.host0*.service1.m",
    "dc1.rack1.host00001.service0.metric0",
  ]),
  search("ui-search-tagged", taggedName, [
    "host00123 metric7",
    "service",
    "metric4 dc3",
    "nowhere",
    "c",
    "host=host0012",
    "dc=dc1 metric7",
    "HOST00999",
  ]),
  {
    name: "ui-tree",
    unit: "milliseconds of CPU for a level of 250 among a million names",
    floor: 5,
    moreIsBetter: false,
    async run(seconds) {
      const names = fill(plainName);
      let rows = 0;
      let rounds = 0;
      const from = ownCpuSeconds();
      const end = performance.now() + seconds * 1000;
      while (performance.now() < end) {
        rows += nameLevel(names, `dc${rounds % 10}.rack${rounds % 10}`, 0, 500).total;
        rounds++;
      }
      const value = ((ownCpuSeconds() - from) * 1000) / rounds;
      return { value, baseline: null, note: `${Math.round(rows / rounds)} rows` };
    },
  },
];
