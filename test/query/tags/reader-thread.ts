import { parentPort, workerData } from "node:worker_threads";
import { parseTagExpression } from "../../../src/model/tag-expression.ts";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import type { TagMemory } from "../../../src/query/tags/tag-memory.ts";
import { NameIndex, type NameIndexMemory } from "../../../src/storage/index/name-index.ts";

export interface Reading {
  questions: number;
  /** What an answer had that it must not have, or lacked. */
  problems: string[];
}

/** Asks the index over and over while another thread writes it, until there are so many series. */
const { names, tags, until } = workerData as {
  names: NameIndexMemory;
  tags: TagMemory;
  until: number;
};
const index = new NameIndex(names);
const asked = TagIndex.shared(index, tags);
const even = ["name=m", "a=0"].map(parseTagExpression);
const odd = ["b!=~[1-9]", "a=~1"].map(parseTagExpression);
const reading: Reading = { questions: 0, problems: [] };
parentPort!.postMessage("ready");
for (let last = 0; last < until / 2; ) {
  const found = asked.find(even, until);
  reading.questions++;
  // Of what is found nothing is missing in between, and nothing goes away again.
  const numbers = found.map(({ series }) => series).sort((a, b) => a - b);
  numbers.forEach((series, i) => {
    if (series !== i * 2) note(`series ${series} at ${i}`);
  });
  if (numbers.length < last) note(`${numbers.length} after ${last}`);
  last = numbers.length;
  for (const { path } of asked.find(odd, until)) {
    if (!/^m;a=1;b=0;/.test(path)) note(path);
  }
  const values = asked.values("i", "1", 5);
  if (values.some((value, i) => i > 0 && values[i - 1]! >= value)) note(values.join());
}
parentPort!.postMessage(reading);

function note(problem: string): void {
  if (reading.problems.length < 10) reading.problems.push(problem);
}
