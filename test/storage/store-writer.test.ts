import test from "ava";
import type { Environment } from "../../src/storage/environment.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { LogFullError } from "../../src/storage/store-writer.ts";
import { SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

const NOW = 1_700_000_100;

function planOf(step: number, retention: number) {
  return { mode: REPLACE, tiers: [{ step, retention, lambda: 0 }] } as const;
}

function worldOf(files: SimulatedFiles, clock = { ms: NOW * 1000 }): Environment {
  return { clock: { wallMs: () => clock.ms, monotonicMs: () => clock.ms }, files };
}

test("a datapoint older than the retention is refused, also when that is under five minutes", (t) => {
  const files = new SimulatedFiles(1);
  let store = new StoreHarness(worldOf(files), "data");
  const short = store.writer.createSeries("short", store.writer.planNumber(planOf(1, 60)));
  const long = store.writer.createSeries("long", store.writer.planNumber(planOf(10, 86_400)));
  for (const life of ["first", "after a restart"]) {
    t.is(store.writer.point(short, NOW - 60, 1, 1, 0), null, life);
    t.is(store.writer.point(short, NOW - 61, 1, 1, 0), "too-old", life);
    t.is(store.writer.point(short, NOW - 300, 1, 1, 0), "too-old", life);
    t.is(store.writer.point(long, NOW - 300, 1, 1, 0), null, life);
    t.is(store.writer.point(long, NOW - 86_401, 1, 1, 0), "too-old", life);
    store.settle();
    store = new StoreHarness(worldOf(files.crash("kill", 1)), "data");
  }
});

test("while the log is full neither plans nor series are made", (t) => {
  const files = new SimulatedFiles(2);
  const store = new StoreHarness(worldOf(files), "data", { ringBytes: 1 << 16 });
  const { writer, view } = store;
  const plan = writer.planNumber(planOf(10, 86_400));
  const series = writer.createSeries("a", plan);
  while (writer.point(series, NOW, 0.1, 0, -1) === null);
  const plans = view.plans.count;
  t.throws(() => writer.planNumber(planOf(60, 86_400)), { instanceOf: LogFullError });
  t.throws(() => writer.createSeries("b", plan), { instanceOf: LogFullError });
  t.throws(() => writer.changePlan(series, plan, false), { instanceOf: LogFullError });
  t.is(view.plans.count, plans);
  t.is(store.names.seriesAt("b"), -1);
  store.settle();
  t.is(writer.createSeries("b", writer.planNumber(planOf(60, 86_400))), 1);
});

test("definitions that a replay found in the log only keep that log", (t) => {
  const files = new SimulatedFiles(3);
  const clock = { ms: NOW * 1000 };
  const first = new StoreHarness(worldOf(files, clock), "data");
  first.writer.createSeries("a", first.writer.planNumber(planOf(10, 86_400)));
  first.writer.flush();
  while (first.writeFrame());
  first.sync();
  // No datapoint keeps the log: windows come and go empty.
  const after = files.crash("power", 1);
  const second = new StoreHarness(worldOf(after, clock), "data");
  for (let turn = 0; turn < 10; turn++) {
    clock.ms += 300_000;
    second.settle();
  }
  const third = new StoreHarness(worldOf(after.crash("power", 1), clock), "data");
  t.is(third.names.seriesAt("a"), 0);
});
