import { readSchemas } from "../../src/config/storage-files.ts";
import { readEvent } from "../../src/http/documents/read-event.ts";
import { planOf } from "../../src/ingest/series-definer.ts";
import { StorageRules } from "../../src/model/schema.ts";
import { canonicalName } from "../../src/model/series-name.ts";
import { PlaintextDecoder } from "../../src/protocols/plaintext.ts";
import { EventCopy } from "../../src/query/event-copy.ts";
import { StoreSource } from "../../src/query/store-source.ts";
import { TagIndex } from "../../src/query/tags/tag-index.ts";
import { NameTable } from "../../src/storage/name-table.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { testDocuments } from "../http/test-documents.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";
import { goldenDataset, goldenEvents, goldenSchemas } from "./golden.ts";

export const GOLDEN_LIMITS = { maxSeries: 10_000, maxDatapoints: 10_000_000, seconds: 60 };

/** The events of the golden answers, as a query thread knows them. */
async function loadGoldenEvents(): Promise<EventCopy> {
  const { events } = testDocuments();
  for (const event of goldenEvents()) {
    await events.add(readEvent(Buffer.from(JSON.stringify(event)), 0));
  }
  const copy: EventCopy = new EventCopy((position) =>
    setImmediate(() => copy.apply(events.since(position))),
  );
  return copy;
}

/** A store that has received the data set of the golden answers as carbon plaintext, and the events. */
export function loadGoldenStore(): { store: StoreHarness; source: StoreSource } {
  const rules = new StorageRules(readSchemas(goldenSchemas()).rules, null);
  const files = new SimulatedFiles(1);
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
  const store = new StoreHarness({ clock, files }, "data", { ringBytes: 32 << 20 });
  const names = new NameTable((raw) => {
    const canonical = canonicalName(raw.toString());
    if (!canonical.ok) return -1;
    const known = store.names.seriesAt(canonical.name);
    if (known >= 0) return known;
    const plan = store.writer.planNumber(planOf(REPLACE, rules.retentionsOf(canonical.name)));
    return store.writer.createSeries(canonical.name, plan);
  });
  const sink = {
    point(name: number, time: number, value: number, mantissa: number, decimals: number): void {
      const series = names.seriesOf(name);
      if (series >= 0) store.writer.point(series, time, value, mantissa, decimals);
    },
  };
  const decoder = new PlaintextDecoder(names, sink, { refuse: () => {} }, () =>
    Math.floor(Date.now() / 1000),
  );
  const bytes = goldenDataset();
  for (let at = 0; at < bytes.length; at += 60_000) decoder.push(bytes.subarray(at, at + 60_000));
  const events = loadGoldenEvents();
  const source = new StoreSource(
    store.names,
    TagIndex.own(store.names),
    store.reader,
    rules,
    async (questions) => (await events).answer(questions),
  );
  return { store, source };
}
