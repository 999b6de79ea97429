import test from "ava";
import { prometheusText } from "../../src/cli/server/self-metrics.ts";
import { readSchemas } from "../../src/config/storage-files.ts";
import { RuleFills } from "../../src/ingest/rule-fills.ts";
import { StorageRules } from "../../src/model/schema.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const SCHEMAS =
  "[web]\npattern = ^web\nretentions = 10s:1d\n[db]\npattern = ^db\nretentions = 60s:1d\n[none]\npattern = ^none\nretentions = 1s:1d\n";

test("the fill of each rule is that of sealed windows, and too rare datapoints are warned of", (t) => {
  let now = NOW;
  const ingest = new IngestHarness({}, {}, new SimulatedFiles(1), () => now);
  const { store, intake } = ingest;
  const { definer } = intake;
  const rules = new StorageRules(readSchemas(SCHEMAS).rules, null);
  definer.rules = { ...definer.rules, storage: rules };
  const fills = new RuleFills(store.view.series, store.names, store.view.fill, 600);
  fills.setRules(rules, now);
  const warnings: number[] = [];
  for (let minute = 0; minute < 45; minute++) {
    for (let second = 0; second < 60; second += 10) {
      now = NOW + minute * 60 + second;
      ingest.carbon(`web.fast 1 ${now}\n`);
      if (second === 0) ingest.carbon(`web.a 1 ${now}\nweb.b 1 ${now}\ndb.a 1 ${now}\n`);
      if (second === 0) ingest.carbon(`other 1 ${now}\n`);
      store.settle();
      if (fills.turn(now)) warnings.push(fills.warnings.length);
    }
  }
  t.deepEqual(warnings.slice(-2), [1, 1]);
  t.is(warnings[0], 0);
  t.deepEqual(fills.warnings, [
    "schema [web]: datapoints come rarer than its step, 45 % of the slots of 3 series are filled",
  ]);
  const [web, db] = fills.fills;
  t.is(fills.fills.length, 2);
  t.deepEqual([web?.rule, web?.series, web?.fill.toFixed(2)], ["web", 3, "0.45"]);
  t.deepEqual([db?.rule, db?.series, db?.fill], ["db", 1, 1]);
  t.regex(
    prometheusText({}, [], [{ rule: 'a "b"', series: 2, fill: 0.5 }]),
    /^statite_schema_fill\{schema="a \\"b\\""\} 0.5000$/m,
  );
  // A sender that stops is not counted any more, and without a file nothing is.
  for (let look = 0; look < 2; look++) {
    now += 700;
    store.settle();
    fills.turn(now);
  }
  t.deepEqual(fills.fills, []);
  fills.setRules(new StorageRules(null, null), now);
  t.false(fills.turn(now + 10_000));
});
