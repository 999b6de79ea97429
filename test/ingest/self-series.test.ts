import { writeFileSync } from "node:fs";
import test from "ava";
import { SelfSeries } from "../../src/ingest/self-series.ts";
import { temporaryFolder } from "../server.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const FIRST = {
  seconds: 1000,
  numbers: {
    series: 10,
    deleted_series: 2,
    connections: 3,
    carbon_points_received: 100,
    pickle_points_received: 0,
    istat_points_received: 7,
    wal_durable_lsn: 500,
    wal_frames: 20,
    wal_busy_seconds: 3,
    query_jobs: 40,
    head_dropped: 0,
    udp_dropped: 2,
    failures: 0,
    cpu_seconds: 4,
    resident_memory_bytes: 1 << 20,
    unsealed_records: 90,
    odd: Number.NaN,
  },
  refusals: new Map([["carbon blacklisted", 2]]),
};
const SECOND = {
  seconds: 1060,
  numbers: {
    ...FIRST.numbers,
    series: 11,
    deleted_series: 3,
    carbon_points_received: 220,
    pickle_points_received: 30,
    wal_durable_lsn: 700,
    wal_frames: 70,
    wal_busy_seconds: 4.5,
    query_jobs: 52,
    head_dropped: 1,
    udp_dropped: 7,
    failures: 1,
    cpu_seconds: 10,
  },
  refusals: new Map([
    ["carbon blacklisted", 5],
    ["pickle blacklisted", 1],
    ["carbon not-whitelisted", 4],
    ["istat no-room-for-series", 6],
  ]),
};

/** What is stored under carbon's names, and under ours. */
function stored(...moments: (typeof FIRST | typeof SECOND)[]): Record<string, number>[] {
  const put = new Map<string, number>();
  const self = new SelfSeries((name, value) => put.set(name, value), "web1.example.org");
  for (const moment of moments) self.store(moment);
  const below = (prefix: string): Record<string, number> =>
    Object.fromEntries(
      [...put]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    );
  return [below("carbon.agents.web1_example_org-a."), below("statite.")];
}

test("the first numbers are only compared with", (t) => {
  t.deepEqual(stored(FIRST), [{}, {}]);
});

test("carbon's names count per interval, ours are those of /metrics", (t) => {
  const [carbon, ours] = stored(FIRST, SECOND);
  t.deepEqual(carbon, {
    metricsReceived: 150,
    activeConnections: 3,
    blacklistMatches: 4,
    whitelistRejects: 4,
    committedPoints: 200,
    updateOperations: 50,
    pointsPerUpdate: 4,
    avgUpdateTime: 0.03,
    creates: 2,
    droppedCreates: 6,
    errors: 1,
    "cache.size": 90,
    "cache.queries": 12,
    "cache.overflow": 6,
    cpuUsage: 10,
    memUsage: 1 << 20,
  });
  t.like(ours, {
    series: 11,
    carbon_points_received: 220,
    "refused.carbon.blacklisted": 5,
    "refused.istat.no-room-for-series": 6,
  });
  t.false("odd" in ours!);
});

test("a mean of nothing is no datapoint", (t) => {
  const [carbon] = stored(FIRST, { ...FIRST, seconds: 1060 });
  t.false("pointsPerUpdate" in carbon! || "avgUpdateTime" in carbon!);
  t.is(carbon!.committedPoints, 0);
});

test("own numbers bypass the lists and are kept by the minute", (t) => {
  const folder = temporaryFolder();
  const blacklist = `${folder.path}/blacklist.conf`;
  writeFileSync(blacklist, ".*\n");
  const { store, intake, refused } = new IngestHarness({}, { blacklist });
  intake.putOwn("statite.series", 12);
  t.deepEqual(refused, {});
  const minute = NOW - (NOW % 60);
  const read = store.read("statite.series", minute - 60, minute + 60, NOW);
  t.is(read?.step, 60);
  t.is(read?.values[(minute - read.start) / 60], 12);
  folder.remove();
});
