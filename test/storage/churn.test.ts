import test from "ava";
import { ChurnWorld } from "./churn-world.ts";

test("names that have fallen silent give their share of the head and of the table of names back", (t) => {
  const world = new ChurnWorld(40_000);
  try {
    world.window(500);
    const before = world.store.view.pool.used;
    for (let window = 0; window < 11; window++) world.window(500);
    t.is(world.names, 6000);
    t.is(world.store.names.count, 7000);
    // The last window is open still; the sweep has just been.
    t.true(world.table.count <= 2000, `${world.table.count} names are in the table`);
    t.true(world.store.view.pool.used <= before + 4, `${world.store.view.pool.used} pages`);
  } finally {
    world.close();
  }
});
