import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { reserveTagMemory } from "../../../src/query/tags/tag-memory.ts";
import { TagWriter } from "../../../src/query/tags/tag-writer.ts";
import { NameIndex } from "../../../src/storage/index/name-index.ts";
import type { Reading } from "./reader-thread.ts";

const SERIES = 20_000;

test("threads that read while one writes see every series once it is there, and nothing else", async (t) => {
  const names = NameIndex.reserve(SERIES);
  const tags = reserveTagMemory(SERIES);
  const index = new NameIndex(names);
  const writer = new TagWriter(index, tags);
  const readers = [0, 1].map(
    () =>
      new Worker(new URL("./reader-thread.js", import.meta.url), {
        workerData: { names, tags, until: SERIES },
      }),
  );
  await Promise.all(readers.map((reader) => once(reader, "message")));
  const readings = readers.map((reader) => once(reader, "message"));
  for (let series = 0; series < SERIES; series++) {
    index.add(`m;a=${series % 2};b=${series % 10};i=${series}`, series);
    if (series % 50 !== 0) continue;
    writer.setTarget();
    writer.catchUp(Number.POSITIVE_INFINITY);
    if (series % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  writer.setTarget();
  t.true(writer.catchUp(Number.POSITIVE_INFINITY));
  for (const [reading] of (await Promise.all(readings)) as [Reading][]) {
    t.deepEqual(reading.problems, []);
    t.true(reading.questions > 0);
  }
  await Promise.all(readers.map((reader) => reader.terminate()));
});

test("a question waits for the series that had come before it, and no longer", async (t) => {
  const names = NameIndex.reserve(100);
  const tags = reserveTagMemory(100);
  const index = new NameIndex(names);
  const writer = new TagWriter(index, tags);
  index.add("m;a=0;i=0", 0);
  writer.setTarget();
  const reader = new Worker(new URL("./reader-thread.js", import.meta.url), {
    workerData: { names, tags, until: 2 },
  });
  await once(reader, "message");
  const done = once(reader, "message");
  index.add("m;a=1;b=0;i=1", 1);
  t.true(writer.isBehind);
  writer.catchUp(0);
  const [reading] = (await done) as [Reading];
  t.deepEqual(reading.problems, []);
  await reader.terminate();
});

test("an index that is full says so, and what is in it stays right", (t) => {
  const index = new NameIndex(NameIndex.reserve(2000));
  const writer = new TagWriter(index, {
    ...reserveTagMemory(10),
    words: new SharedArrayBuffer(4096),
  });
  for (let series = 0; series < 1000; series++) index.add(`m;i=${series}`, series);
  t.true(writer.catchUp(Number.POSITIVE_INFINITY));
  t.true(writer.isFull);
  t.false(writer.isBehind);
  const tag = writer.tag("i");
  const values = [...writer.values(tag)].map((value) => writer.text(value));
  t.true(values.length > 10);
  t.deepEqual(values, [...values].sort());
});
