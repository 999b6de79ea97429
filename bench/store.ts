import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem } from "../src/storage/environment.ts";
import { NameIndex } from "../src/storage/index/name-index.ts";
import { nodeFiles } from "../src/storage/node-files.ts";
import { type Plan, REPLACE } from "../src/storage/plan.ts";
import { StoreHarness } from "../test/storage/store-harness.ts";
import { type Benchmark, ownCpuSeconds } from "./benchmark.ts";
import { mixedColumns } from "./columns.ts";
import { inOrder, linesOf, send } from "./load.ts";
import { BenchServer } from "./server.ts";

const STEP = 10;
const DAY = 86_400;
const SLOTS = DAY / STEP;
const PLAN: Plan = {
  mode: REPLACE,
  tiers: [
    { step: STEP, retention: 10 * DAY, lambda: 0 },
    { step: 300, retention: 365 * DAY, lambda: 0 },
    { step: 3600, retention: 2190 * DAY, lambda: 0 },
  ],
};
const POWERS = [1, 10, 100, 1000];
/** Runs shorter than this measure a smaller store. */
const SHORT_SECONDS = 5;

interface Life {
  points: number;
  series: number;
  /** Bytes of the finest tier, and of all. */
  finestBytes: number;
  diskBytes: number;
  writtenBytes: number;
}

const lives = new Map<number, Life>();

/** A day of the mixed load goes through the whole store, under a clock that is turned by hand. */
function liveThrough(seconds: number): Life {
  const copies = seconds < SHORT_SECONDS ? 1 : 10;
  const known = lives.get(copies);
  if (known !== undefined) return known;
  const columns = mixedColumns(SLOTS, SLOTS);
  const folder = mkdtempSync(join(tmpdir(), "statite-bench-"));
  let writtenBytes = 0;
  const files: FileSystem = {
    ...nodeFiles,
    append(file, bytes) {
      writtenBytes += bytes.length;
      nodeFiles.append(file, bytes);
    },
    // How long a disk takes is not what is measured here.
    fdatasync() {},
  };
  let now = 1_700_006_400;
  const ms = (): number => now * 1000;
  const environment = { clock: { wallMs: ms, monotonicMs: ms }, files };
  const store = new StoreHarness(environment, join(folder, "data"), {
    maxSeries: 8192,
    ringBytes: 32 << 20,
  });
  const plan = store.writer.planNumber(PLAN);
  const series = Array.from({ length: copies * columns.length }, (_, i) =>
    store.writer.createSeries(`host${Math.floor(i / 100)}.metric_${i % 100}`, plan),
  );
  for (let slot = 0; slot < SLOTS; slot++, now += STEP) {
    // Copies are a while apart, so that they are no copies of each other in a file.
    series.forEach((number, i) => {
      const copy = Math.floor(i / columns.length);
      const value = columns[i % columns.length]![(slot + copy * 700) % SLOTS]!;
      write(store, number, now, value);
    });
    if (slot % 10 === 9) {
      store.writer.flush();
      while (store.writeFrame());
      store.sync();
    }
    if (slot % 30 === 29) store.settle();
  }
  for (let hour = 0; hour < 6; hour++, now += 3600) store.settle();
  const life = {
    points: SLOTS * series.length,
    series: series.length,
    finestBytes: bytesBelow(join(folder, "data", "statfiles", `${STEP}-${10 * DAY}`)),
    diskBytes: bytesBelow(join(folder, "data", "statfiles")),
    writtenBytes,
  };
  rmSync(folder, { recursive: true, force: true });
  lives.set(copies, life);
  return life;
}

/** As a receiver hands a decimal on. */
function write(store: StoreHarness, series: number, time: number, value: number): void {
  for (let decimals = 0; decimals <= 3; decimals++) {
    const mantissa = Math.round(value * POWERS[decimals]!);
    if (mantissa / POWERS[decimals]! !== value || Math.abs(mantissa) >= 2 ** 48) continue;
    store.writer.point(series, time, value, mantissa, decimals);
    return;
  }
  store.writer.point(series, time, value, 0, -1);
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const size: Benchmark = {
  name: "store-size",
  unit: "bytes on disk per point of a mixed load, a day of 10 s, merged",
  floor: 0.9,
  moreIsBetter: false,
  async run(seconds) {
    const { finestBytes, diskBytes, points, series } = liveThrough(seconds);
    const withAll = (diskBytes / points).toPrecision(3);
    const note = `${series} series; with the tiers of 5 minutes and an hour ${withAll}`;
    return { value: finestBytes / points, baseline: null, note };
  },
};

const written: Benchmark = {
  name: "store-written",
  unit: "bytes written per point of a mixed load over its life, log and roll-ups included",
  floor: 8,
  moreIsBetter: false,
  async run(seconds) {
    const { writtenBytes, points, series } = liveThrough(seconds);
    return { value: writtenBytes / points, baseline: null, note: `${series} series` };
  },
};

const start: Benchmark = {
  name: "start-after-kill",
  unit: "seconds until a server is ready that was killed with SIGKILL",
  floor: 3,
  moreIsBetter: false,
  async run(seconds) {
    const series = seconds < SHORT_SECONDS ? 50_000 : 1_000_000;
    const first = await BenchServer.start();
    const windowStart = Math.floor(Date.now() / 600_000) * 600;
    const order = inOrder(series);
    for (let round = 0; round < 3; round++) {
      await send(first.port("carbon"), [linesOf(order, windowStart + round * STEP, round)]);
    }
    await first.reached("carbon_points_received", series * 3);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const again = await first.restart();
    await again.server.stop();
    return {
      value: again.seconds,
      baseline: null,
      note: `${series} series with three datapoints each in the log`,
    };
  },
};

const glob: Benchmark = {
  name: "glob",
  unit: "milliseconds of CPU for a glob with 1,000 hits",
  floor: 3,
  moreIsBetter: false,
  async run(seconds) {
    const count = seconds < SHORT_SECONDS ? 100_000 : 1_000_000;
    const index = new NameIndex(NameIndex.reserve(count));
    for (let i = 0; i < count; i++) {
      index.add(`dc${i % 10}.host${Math.floor(i / 100)}.service.metric_${i % 100}`, i);
    }
    const last = Math.floor((count - 1) / 100);
    const pattern = `dc*.host${Math.floor(last / 10)}?.service.*`;
    const end = performance.now() + Math.min(seconds, 5) * 1000;
    let best = Number.POSITIVE_INFINITY;
    let hits = 0;
    do {
      const from = ownCpuSeconds();
      hits = index.find(pattern, 10_000).length;
      best = Math.min(best, ownCpuSeconds() - from);
    } while (performance.now() < end);
    return { value: best * 1000, baseline: null, note: `${hits} hits in ${count} names` };
  },
};

export const benchmarks: Benchmark[] = [size, written, start, glob];
