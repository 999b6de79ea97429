import { parseTagExpression } from "../src/model/tag-expression.ts";
import { TagIndex } from "../src/query/tags/tag-index.ts";
import { reserveTagMemory } from "../src/query/tags/tag-memory.ts";
import { TagWriter } from "../src/query/tags/tag-writer.ts";
import { NameIndex } from "../src/storage/index/name-index.ts";
import { type Benchmark, ownCpuSeconds } from "./benchmark.ts";

const SERIES = 1_000_000;
const NAMES = 1000;

/** The 100 series of each of 10,000 hosts: a name of 1,000, and the tags dc, host, rack and unit. */
function path(i: number): string {
  const host = Math.floor(i / 100);
  const name = (i % 100) * 10 + (host % 10);
  const rack = Math.floor(host / 40);
  return `service${name % 50}.metric${name};dc=dc${Math.floor(host / 10) % 10};host=host${String(host).padStart(5, "0")};rack=r${rack};unit=u${i % 8}`;
}

interface Filled {
  names: NameIndex;
  tags: TagIndex;
  /** What the index took to build, seconds of CPU. */
  seconds: number;
  bytes: number;
}

let filled: Filled | null = null;

/** A million tagged series, made once for all that is measured. */
function fill(): Filled {
  if (filled !== null) return filled;
  const names = new NameIndex(NameIndex.reserve(SERIES));
  for (let i = 0; i < SERIES; i++) names.add(path(i), i);
  const memory = reserveTagMemory(SERIES);
  const writer = new TagWriter(names, memory);
  const from = ownCpuSeconds();
  writer.setTarget();
  writer.catchUp(Number.POSITIVE_INFINITY);
  const seconds = ownCpuSeconds() - from;
  const tags = TagIndex.shared(names, memory);
  filled = { names, tags, seconds, bytes: writer.usedBytes };
  return filled;
}

const expressions = (...texts: string[]) => texts.map(parseTagExpression);

/** CPU of a question; what it finds is the note. */
function question(
  name: string,
  what: string,
  floor: number | null,
  ask: (tags: TagIndex, round: number) => { length: number },
): Benchmark {
  return {
    name,
    unit: `milliseconds of CPU, ${what} among a million tagged series`,
    floor,
    moreIsBetter: false,
    async run(seconds) {
      const { tags } = fill();
      let found = ask(tags, 0).length;
      const from = ownCpuSeconds();
      const end = performance.now() + seconds * 1000;
      let rounds = 0;
      while (performance.now() < end) found += ask(tags, ++rounds).length;
      const value = ((ownCpuSeconds() - from) / rounds) * 1000;
      return { value, baseline: null, note: `${Math.round(found / (rounds + 1))} found` };
    },
  };
}

const nameOf = (round: number): string =>
  `name=service${(round % NAMES) % 50}.metric${round % NAMES}`;
const dcOf = (round: number): string => `dc=dc${round % 10}`;

export const benchmarks: Benchmark[] = [
  {
    name: "tags-build",
    unit: "microseconds of CPU per new tagged series of 4 tags",
    floor: null,
    moreIsBetter: false,
    async run() {
      const { seconds, bytes } = fill();
      const note = `${(bytes / SERIES).toFixed(1)} bytes each`;
      return { value: (seconds * 1e6) / SERIES, baseline: null, note };
    },
  },
  question("tags-find", "name=… & dc=…", 1, (tags, round) =>
    tags.find(expressions(nameOf(round), dcOf(round)), 10_000),
  ),
  question("tags-find-regex", "name=… & host=~host000.*", null, (tags, round) =>
    tags.find(expressions(nameOf(round), "host=~host000.*"), 10_000),
  ),
  question("tags-find-not", "dc=… & unit!=u1 & name=~service7\\.", null, (tags, round) =>
    tags.find(expressions(dcOf(round), "unit!=u1", "name=~service7\\."), 100_000),
  ),
  question("tags-complete", "all tags", 5, (tags) => tags.tags("", 100)),
  question("tags-complete-of", "tags of name=…", 5, (tags, round) =>
    tags.tagsOf(expressions(nameOf(round)), "", 100),
  ),
  question("values-complete", "hosts that begin so", 5, (tags, round) =>
    tags.values("host", `host0${round % 10}`, 100),
  ),
  question("values-complete-of", "hosts of name=…", 5, (tags, round) =>
    tags.valuesOf("host", expressions(nameOf(round)), "", 100),
  ),
  question("values-complete-dc", "names of dc=…", 5, (tags, round) =>
    tags.valuesOf("name", expressions(dcOf(round)), "", 100),
  ),
];
