import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import type { HttpDoors } from "../../src/http/doors.ts";
import type { HttpOptions } from "../../src/http/frame/options.ts";
import { loadPageFiles } from "../../src/http/page/page-files.ts";
import { buildServer } from "../../src/http/server.ts";
import { StorageRules } from "../../src/model/schema.ts";
import { runJob } from "../../src/query/run-job.ts";
import { StoreSource } from "../../src/query/store-source.ts";
import { TagIndex } from "../../src/query/tags/tag-index.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";
import { storeDeletes } from "./store-deletes.ts";
import { emptyDisk, testDocuments } from "./test-documents.ts";

/** As the build has made them. */
export const PAGES = loadPageFiles("dist/ui");
const LIMITS = { maxSeries: 1000, maxDatapoints: 100_000, seconds: 10 };

/**
 * The HTTP API over a real store of five series in this thread. What it keeps besides is on `disk`.
 */
export async function server(
  options: Partial<HttpOptions> = {},
  disk = emptyDisk(),
): Promise<{
  app: FastifyInstance;
  store: StoreHarness;
  time: number;
  doors: HttpDoors;
}> {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
  const store = new StoreHarness({ clock, files: new SimulatedFiles(1) }, "data");
  const source = new StoreSource(
    store.names,
    TagIndex.own(store.names),
    store.reader,
    new StorageRules(null, null),
  );
  const plan = store.writer.planNumber({
    mode: REPLACE,
    tiers: [{ step: 10, retention: 864_000, lambda: 0 }],
  });
  const time = Math.floor(Date.now() / 10_000) * 10 - 100;
  for (const name of ["web.a.load", "web.b.load", "web.a", "odd.ca^ret", "x.ä"]) {
    const series = store.writer.createSeries(name, plan);
    for (let i = 0; i < 5; i++) store.writer.point(series, time + i * 10, i + 0.5, 0, -1);
  }
  const documents = testDocuments(disk);
  const doors: HttpDoors = {
    queries: { run: (job) => runJob(job, source, "UTC", LIMITS) },
    health: () => ({ isReady: true, state: "ready", degraded: [], version: "x", details: {} }),
    documents: () => documents,
    deletes: () => storeDeletes(store, source),
    pages: PAGES,
    timeZone: "UTC",
    selfMetrics: () => "statite_series 5\n",
    diskSpace: async () => ({ freeBytes: 1e9, totalBytes: 3e12 }),
    log: pino({ level: "silent" }),
  };
  const app = await buildServer(doors, options);
  return { app, store, time, doors };
}

export function form(payload: string): {
  method: "POST";
  headers: Record<string, string>;
  payload: string;
} {
  return {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload,
  };
}
