import test from "ava";
import fc from "fast-check";
import { StorageRules } from "../../src/model/schema.ts";
import { runJob } from "../../src/query/run-job.ts";
import { StoreSource } from "../../src/query/store-source.ts";
import { TagIndex } from "../../src/query/tags/tag-index.ts";
import type { QueryJob } from "../../src/render/query-job.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const T = NOW - 60;
const LIMITS = { maxSeries: 100, maxDatapoints: 100_000, seconds: 60 };

/** Values by statistic of one series, over the last minute. */
async function statistics(ingest: IngestHarness, target: string): Promise<Record<string, unknown>> {
  const { names, reader } = ingest.store;
  const source = new StoreSource(names, TagIndex.own(names), reader, new StorageRules(null, null));
  const found: Record<string, unknown> = {};
  for (const name of ["sum", "min", "max", "count", "average", "stddev"]) {
    const job: QueryJob = {
      kind: "render",
      format: "json",
      targets: [`bucketStat(${target},"${name}")`],
      from: String(T - 40),
      until: String(T + 40),
      now: String(NOW),
      noNullPoints: true,
      variables: {},
    };
    const { body } = await runJob(job, source, "UTC", LIMITS);
    const [series] = JSON.parse(Buffer.from(body).toString()) as [{ datapoints: number[][] }?];
    found[name] = series?.datapoints.map(([value, time]) => [Number(value!.toFixed(6)), time]);
  }
  return found;
}

test("a counter above others holds what the merge of those below it holds", async (t) => {
  const sample = fc.tuple(
    fc.constantFrom("a.b.x", "a.b.y", "a.c.x", "a^b.x^c.y"),
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -1000, max: 1000 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 30 }), async (samples) => {
      const ingest = new IngestHarness({ rollUp: 1 });
      for (const [name, slot, value] of samples) {
        ingest.istat(`${name} ${T + slot * 10} ${value / 4}\n`);
        ingest.istat(`${name} ${T + slot * 10} ${value} ${value ** 2} ${value} ${value} 1\n`);
      }
      for (const parent of ["a.b", "a.c"]) {
        const kept = await statistics(ingest, parent);
        t.deepEqual(kept, await statistics(ingest, `treeAggregate(${parent},1)`));
      }
    }),
    { numRuns: 30 },
  );
});

test("a line with several pieces reaches a counter above them once", (t) => {
  const ingest = new IngestHarness({ rollUp: 2 });
  ingest.istat(`*cpu^host.a^class.b ${T} 40\n*hits^a^ ${T} 10\n`);
  const rates = ["cpu.host.a", "cpu.class.b", "cpu.host", "cpu.class", "cpu", "hits.a", "hits"];
  t.deepEqual(
    rates.map((name) => [name, ingest.valueAt(name, T)]),
    rates.map((name) => [name, name.startsWith("hits") ? 1 : 4]),
  );
});

test("without a roll-up, what is above is not touched", (t) => {
  const ingest = new IngestHarness();
  ingest.istat(`a.b.c ${T} 4\n`);
  t.is(ingest.store.names.count, 1);
});

test("what is above keeps its meaning: another kind of series is left alone", (t) => {
  const ingest = new IngestHarness({ rollUp: 3 });
  ingest.carbon(`web 7 ${T}\n`);
  ingest.istat(`*web.hits ${T} 20\nweb.hits.load ${T} 3\n`);
  t.is(ingest.valueAt("web", T), 7);
  t.is(ingest.valueAt("web.hits", T), 2);
  t.is(ingest.valueAt("web.hits.load", T), 3);
  t.deepEqual(ingest.refused, {});
});
