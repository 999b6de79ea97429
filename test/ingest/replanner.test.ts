import test from "ava";
import { readSchemas } from "../../src/config/storage-files.ts";
import { Replanner } from "../../src/ingest/replanner.ts";
import { StorageRules } from "../../src/model/schema.ts";
import { MAX_PLANS, REPLACE } from "../../src/storage/plan.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const T = NOW - 40;

function rulesOf(text: string): { storage: StorageRules; warnings: string[] } {
  const { rules, warnings } = readSchemas(text);
  return { storage: new StorageRules(rules, null), warnings };
}

function steps({ store }: IngestHarness, path: string): number[] {
  const { series } = store.view;
  return series.epochs(store.names.seriesAt(path)).map(({ plan }) => series.plans.step[plan]!);
}

function replan(ingest: IngestHarness, text: string): Replanner {
  const { store } = ingest;
  const replanner = new Replanner(store.writer, store.view.series, store.names);
  replanner.begin(rulesOf(text).storage);
  for (let turn = 0; !replanner.turn(); turn++) if (turn > 100) throw new Error("it never ends");
  return replanner;
}

const TOO_MANY = Array.from({ length: 17 }, (_, i) => `${2 ** i}s:${2 ** i * 1000}s`).join(",");

test("a section that cannot be used is a warning, and its series keep their retention", (t) => {
  for (const retentions of [TOO_MANY, "soon", `60s:${"9".repeat(400)}y`, "9999999999y:2"]) {
    const text = `[a]\npattern = ^a\nretentions = ${retentions}\n[all]\npattern = .*\nretentions = 60s:1d\n`;
    const { storage, warnings } = rulesOf(text);
    t.regex(warnings.join(), /section \[a\] is left out: .*keep their retention/);
    t.is(storage.retentionsOf("a.new")[0]?.step, 60);
    const ingest = new IngestHarness();
    ingest.carbon(`a.x 1 ${T}\nb.x 1 ${T}\n`);
    const replanner = replan(ingest, text);
    t.deepEqual(steps(ingest, "a.x"), [10]);
    t.deepEqual(steps(ingest, "b.x"), [10, 60]);
    t.is(replanner.changed, 1);
  }
});

test("when there are too many different retentions, series keep what they have", (t) => {
  const ingest = new IngestHarness({ ringBytes: 8 << 20 });
  ingest.carbon(`a.x 1 ${T}\n`);
  const { writer, view } = ingest.store;
  for (let i = view.plans.count; i < MAX_PLANS; i++) {
    writer.planNumber({
      mode: REPLACE,
      tiers: [{ step: 10, retention: 10 * i + 1000, lambda: 0 }],
    });
  }
  const replanner = replan(ingest, "[all]\npattern = .*\nretentions = 60s:1d\n");
  t.deepEqual(steps(ingest, "a.x"), [10]);
  t.is(replanner.changed, 0);
  t.is(replanner.kept, 1);
  t.regex(replanner.problem, /4096/);
  ingest.carbon(`b.x 1 ${T}\n`);
  ingest.istat(`c.x ${T} 1\n`);
  t.deepEqual(ingest.refused, { "istat too-many-retentions": 1 });
});

test("while the log is full nothing changes, and nothing is forgotten", (t) => {
  const ingest = new IngestHarness({ ringBytes: 1 << 18 });
  ingest.carbon(`a.x 1 ${T}\nb.x 1 ${T}\n`);
  while (ingest.refused["carbon log-full"] === undefined) ingest.carbon(`a.x 1.5 ${T}\n`);
  const { store } = ingest;
  const replanner = new Replanner(store.writer, store.view.series, store.names);
  replanner.begin(rulesOf("[all]\npattern = .*\nretentions = 60s:1d\n").storage);
  for (let turn = 0; turn < 3; turn++) t.false(replanner.turn());
  t.deepEqual(steps(ingest, "a.x"), [10]);
  store.settle();
  t.true(replanner.turn());
  t.is(replanner.changed, 2);
  for (const one of [ingest, ingest.restarted()]) {
    t.deepEqual(steps(one, "a.x"), [10, 60]);
    t.deepEqual(steps(one, "b.x"), [10, 60]);
  }
});
