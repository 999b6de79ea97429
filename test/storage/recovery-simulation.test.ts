import test from "ava";
import { simulate } from "./simulation.ts";

const SEEDS = 20;

test("after a kill everything that was written is there, and nothing else", (t) => {
  for (let seed = 1; seed <= SEEDS; seed++) t.is(simulate(seed, "kill"), null);
});

test("after a power cut everything that was synced is there, and nothing else", (t) => {
  for (let seed = 1; seed <= SEEDS; seed++) t.is(simulate(seed, "power"), null);
});
