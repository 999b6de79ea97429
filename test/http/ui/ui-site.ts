import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import type { HttpDoors } from "../../../src/http/doors.ts";
import type { HttpOptions } from "../../../src/http/frame/options.ts";
import { buildMountedGraphite } from "../../../src/http/istat/graphite-mount.ts";
import { buildServer } from "../../../src/http/server.ts";
import { StorageRules } from "../../../src/model/schema.ts";
import { runJob } from "../../../src/query/run-job.ts";
import { StoreSource } from "../../../src/query/store-source.ts";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import { EVENT, GAUGE, type Mode, REPLACE } from "../../../src/storage/plan.ts";
import { SimulatedFiles } from "../../storage/simulated-files.ts";
import { StoreHarness } from "../../storage/store-harness.ts";
import { storeDeletes } from "../store-deletes.ts";
import { testDocuments } from "../test-documents.ts";

const LIMITS = { maxSeries: 2000, maxDatapoints: 1_000_000, seconds: 10 };
const MODES: Record<string, Mode> = { replace: REPLACE, gauge: GAUGE, event: EVENT };

/** Both doors of HTTP over one real store in this thread. */
export interface UiSite {
  graphite: FastifyInstance;
  /** What istatd's port answers below `/_/`. */
  istat: FastifyInstance;
  store: StoreHarness;
  /** Multiple of 300, at least ten minutes ago. */
  time: number;
  /** Puts samples into a series of `10s:1h,1m:10d`, which is made if there is none. */
  put(
    mode: "replace" | "gauge" | "event",
    name: string,
    samples: [time: number, value: number][],
  ): void;
}

export async function uiSite(options: Partial<HttpOptions> = {}): Promise<UiSite> {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
  const store = new StoreHarness({ clock, files: new SimulatedFiles(1) }, "data", {
    maxSeries: 2000,
  });
  const rules = new StorageRules(null, null);
  const source = new StoreSource(store.names, TagIndex.own(store.names), store.reader, rules);
  const documents = testDocuments();
  const queries = {
    run: (job: Parameters<typeof runJob>[0]) => runJob(job, source, "UTC", LIMITS),
  };
  const log = pino({ level: "silent" });
  const doors: HttpDoors = {
    queries,
    health: () => ({ isReady: true, state: "ready", degraded: [], version: "x", details: {} }),
    documents: () => documents,
    deletes: () => storeDeletes(store, source),
    timeZone: "UTC",
    selfMetrics: () => "statite_series 5\n",
    diskSpace: async () => ({ freeBytes: 1e9, totalBytes: 3e12 }),
    log,
  };
  const graphite = await buildServer(doors, options);
  const istat = await buildMountedGraphite(doors, options);
  return {
    graphite,
    istat,
    store,
    time: Math.floor(Date.now() / 300_000) * 300 - 600,
    put(mode, name, samples) {
      const tiers = [
        { step: 10, retention: 3600, lambda: 0 },
        { step: 60, retention: 864_000, lambda: 0 },
      ];
      const plan = store.writer.planNumber({ mode: MODES[mode]!, tiers });
      const known = store.names.seriesAt(name);
      const series = known >= 0 ? known : store.writer.createSeries(name, plan);
      for (const [time, value] of samples) store.writer.point(series, time, value, 0, -1);
    },
  };
}
