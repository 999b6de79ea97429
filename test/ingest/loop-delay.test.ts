import { setTimeout as pause } from "node:timers/promises";
import test from "ava";
import { LoopDelay } from "../../src/ingest/loop-delay.ts";

/** Turns of the loop, every one of which takes at least so long. */
async function turns(count: number, busyMs: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const end = performance.now() + busyMs;
    while (performance.now() < end);
    await pause(3);
  }
}

test("a slow minute is told for the minute after it, and no longer", async (t) => {
  const delay = new LoopDelay(1000);
  await turns(10, 60);
  t.true(delay.p99Ms(1030) >= 50);
  const slow = delay.p99Ms(1060);
  t.true(slow >= 50);
  await turns(10, 0);
  t.is(delay.p99Ms(1090), slow);
  t.true(delay.p99Ms(1120) < slow);
  delay.end();
});
