import { Worker } from "node:worker_threads";
import test from "ava";
import { GrowingHash } from "../../../src/storage/index/growing-hash.ts";

const hashOf = (entry: number): number => Math.imul(entry, 0x9e3779b1);

test("what was added is found, what was not is not, at every size", (t) => {
  const hash = new GrowingHash(GrowingHash.reserve(20_000));
  for (let entry = 1; entry <= 20_000; entry++) {
    hash.add(hashOf(entry), entry, hashOf);
    if (entry % 1000 !== 0) continue;
    for (let known = 1; known <= entry; known += 7) {
      if (hash.find(hashOf(known), (one) => one === known) !== known) t.fail(`${known} is lost`);
    }
    t.is(
      hash.find(hashOf(entry + 1), (one) => one === entry + 1),
      0,
    );
  }
});

test("entries of the same hash are all found", (t) => {
  const hash = new GrowingHash(GrowingHash.reserve(5000));
  for (let entry = 1; entry <= 3000; entry++) hash.add(42, entry, () => 42);
  for (const entry of [1, 1500, 3000])
    t.is(
      hash.find(42, (one) => one === entry),
      entry,
    );
});

/** Looks for the newest entries while they come; says how often one was not there. */
const READER = `
import { parentPort, workerData } from "node:worker_threads";
const { GrowingHash } = await import(workerData.module);
const hash = new GrowingHash(workerData.memory);
const published = new Int32Array(workerData.published);
const hashOf = (entry) => Math.imul(entry, 0x9e3779b1);
let misses = 0;
let looks = 0;
parentPort.postMessage("ready");
for (let newest = 0; newest < workerData.entries; ) {
  newest = Atomics.load(published, 0);
  for (let entry = Math.max(1, newest - 50); entry <= newest; entry++) {
    looks++;
    if (hash.find(hashOf(entry), (one) => one === entry) !== entry) misses++;
  }
}
parentPort.postMessage({ looks, misses });
`;

test("a reader misses nothing while the table grows under it", async (t) => {
  const entries = 200_000;
  const memory = GrowingHash.reserve(entries);
  const published = new SharedArrayBuffer(4);
  const module = new URL("../../../src/storage/index/growing-hash.js", import.meta.url).href;
  const url = new URL(`data:text/javascript,${encodeURIComponent(READER)}`);
  const reader = new Worker(url, { workerData: { module, memory, published, entries } });
  await new Promise((resolve) => reader.once("message", resolve));
  const answer = new Promise<{ looks: number; misses: number }>((resolve, reject) => {
    reader.once("message", resolve);
    reader.once("error", reject);
  });
  const hash = new GrowingHash(memory);
  const words = new Int32Array(published);
  for (let entry = 1; entry <= entries; entry++) {
    hash.add(hashOf(entry), entry, hashOf);
    Atomics.store(words, 0, entry);
  }
  const { looks, misses } = await answer;
  t.is(misses, 0);
  t.true(looks > 0);
});
