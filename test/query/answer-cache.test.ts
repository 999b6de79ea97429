import test from "ava";
import { AnswerCache } from "../../src/query/answer-cache.ts";
import { type Dependencies, Footprint, isUnchanged } from "../../src/query/footprint.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";
import { simulateCache } from "./cache-simulation.ts";

test("a cached answer is the one that the store would give, whatever comes late", async (t) => {
  let hits = 0;
  let stale = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const run = await simulateCache(seed, 3000);
    t.is(run.problem, null);
    hits += run.hits;
    stale += run.stale;
  }
  // Otherwise nothing was tested.
  t.true(hits > 500, `${hits} hits`);
  t.true(stale > 500, `${stale} stale`);
});

test("what was closed and is opened again by a clock that was set back is asked for again", (t) => {
  let wall = 1_700_000_400_000;
  const clock = { wallMs: () => wall, monotonicMs: () => 0 };
  const store = new StoreHarness({ clock, files: new SimulatedFiles(1) }, "data");
  const tiers = [{ step: 10, retention: 864_000, lambda: 0 }];
  const series = store.writer.createSeries("a", store.writer.planNumber({ mode: REPLACE, tiers }));
  const time = wall / 1000;
  store.writer.point(series, time, 1, 0, -1);
  wall += 1_800_000;
  store.settle();
  const footprint = new Footprint(store.view, store.names.version, 0, wall / 1000);
  const window = { from: time - 60, until: time + 60, now: wall / 1000 };
  footprint.watch([series], window);
  footprint.reads([store.reader.geometry(series, window)]);
  const { dependencies } = footprint;
  t.not(dependencies, null);
  t.true(isUnchanged(dependencies!, store.view, store.names, wall / 1000));
  wall -= 1_800_000;
  store.writer.tick();
  store.writer.point(series, time, 2, 0, -1);
  wall += 1_800_000;
  t.false(isUnchanged(dependencies!, store.view, store.names, wall / 1000));
});

const CLOSED: Dependencies = {
  madeAt: 0,
  goodUntil: Number.POSITIVE_INFINITY,
  names: 0,
  reopened: 0,
  files: 5,
  from: 1000,
  until: 2000,
  touched: new Int32Array(0),
};

function answer(bytes: number) {
  const body = new Uint8Array(bytes);
  return { status: 200, contentType: "x", headers: {}, problems: [], body };
}

test("files that come or go take with them what was read from their time, also while it is made", (t) => {
  const cache = new AnswerCache(1 << 20, () => true);
  const keep = (key: string): boolean => {
    cache.set(key, answer(10), CLOSED, cache.epoch);
    return cache.get(key) !== null;
  };
  t.true(keep("a"));
  cache.filesChanged([{ version: 6, from: 2000, until: 3000 }]);
  t.true(cache.get("a") !== null);
  cache.filesChanged([{ version: 7, from: 1990, until: 2010 }]);
  t.is(cache.get("a"), null);
  t.false(keep("b"), "it was read from the list of version 5");
  cache.set("c", answer(10), { ...CLOSED, files: 7 }, cache.epoch);
  t.true(cache.get("c") !== null);
  // What is too long ago to be known is taken for a change.
  for (let version = 8; version < 2000; version++) {
    cache.filesChanged([{ version, from: 5000, until: 6000 }]);
  }
  cache.set("d", answer(10), { ...CLOSED, files: 7 }, cache.epoch);
  t.is(cache.get("d"), null);
});

test("after a change of rules nothing of before is given, also what was asked for before", (t) => {
  const cache = new AnswerCache(1 << 20, () => true);
  const { epoch } = cache;
  cache.set("a", answer(10), CLOSED, epoch);
  cache.clear();
  t.is(cache.get("a"), null);
  cache.set("b", answer(10), CLOSED, epoch);
  t.is(cache.get("b"), null);
});

test("the budget holds, and what was asked for last stays", (t) => {
  const cache = new AnswerCache(1 << 20, () => true);
  for (let i = 0; i < 100; i++) {
    cache.set(`k${i}`, answer(20_000), CLOSED, cache.epoch);
    t.true(cache.get("k0") !== null);
    t.true(cache.bytes <= 1 << 20);
  }
  t.is(cache.get("k50"), null);
  t.true(cache.get("k99") !== null);
  t.true(cache.size > 20);
  cache.set("huge", answer(200_000), CLOSED, cache.epoch);
  t.is(cache.get("huge"), null);
});
