import test from "ava";
import { FAILED_SEEDS } from "./simulation/failed-seeds.ts";
import { simulate } from "./simulation/simulate.ts";

test("after a kill all that was written is there, after a power cut all that was synced, and nothing else", (t) => {
  for (let seed = 1; seed <= 25; seed++) t.is(simulate(seed), null);
});

test("seeds that have failed before pass", (t) => {
  for (const seed of FAILED_SEEDS) t.is(simulate(seed), null);
});
