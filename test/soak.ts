import { setTimeout as wait } from "node:timers/promises";
import { TestServer, temporaryFolder } from "./server.ts";
import { lostPoints } from "./soak/check.ts";
import { diskBytes, percentile, type Usage, usageOf } from "./soak/figures.ts";
import { Load, STEP } from "./soak/load.ts";

/**
 * node dist/test/soak.js [--seconds N] [--rate POINTS_PER_SECOND]
 *
 * A server under steady load, with queries and late data, killed with SIGKILL in the middle. Prints a
 * row of figures a minute, and compares at the end every sum over a thousand series, slot by slot,
 * with what was sent. The status is 0 when nothing is lost.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const seconds = option("seconds", 1800);
const series = option("rate", 100_000) * STEP;
const COLUMNS = ["minute", "MB", "CPU s", "disk MB", "written MB", "query p50", "p99 ms", "merges"];
const LATE_SECONDS = 30_000;

const folder = temporaryFolder();
const data = `${folder.path}/data`;
const flags = ["--max-series", String(series + 10_000), "--new-series-per-minute", "0"];
const present = (): number => Date.now() / 1000;
const start = Math.ceil(present() / STEP) * STEP;
const lateStart = start - LATE_SECONDS;
const load = new Load(series, start, lateStart);

let server = await TestServer.start(data, flags);
await load.connect(server.listen.carbon!);
let latencies: number[] = [];
let isDone = false;

/** Asks for the last minutes of a thousand series once a second, as a dashboard does. */
async function query(): Promise<void> {
  for (let group = 0; !isDone; group++) {
    const asked = performance.now();
    const target = `sumSeries(soak.g${group % (series / 1000)}.*)`;
    try {
      await server.json(
        `/render?${new URLSearchParams({ target, from: "-10min", format: "json" })}`,
      );
      latencies.push(performance.now() - asked);
    } catch {
      // It is being killed, or starts.
    }
    await wait(1000);
  }
}

let before: Usage = usageOf(server.process.pid!);
async function row(minute: number): Promise<void> {
  const usage = usageOf(server.process.pid!);
  const text = await (await fetch(server.url("/metrics"))).text();
  const cells = [
    String(minute),
    (usage.residentBytes / 1e6).toFixed(0),
    (usage.cpuSeconds - before.cpuSeconds).toFixed(1),
    (diskBytes(data) / 1e6).toFixed(0),
    ((usage.writtenBytes - before.writtenBytes) / 1e6).toFixed(0),
    percentile(latencies, 0.5).toFixed(0),
    percentile(latencies, 0.99).toFixed(0),
    /^statite_merges (\d+)/m.exec(text)?.[1] ?? "?",
  ];
  console.log(cells.map((cell, i) => cell.padStart(COLUMNS[i]!.length)).join("  "));
  before = usage;
  latencies = [];
}

let status = 1;
try {
  console.log(`${series} series, ${series / STEP} datapoints a second for ${seconds} seconds`);
  console.log(COLUMNS.join("  "));
  const queries = query();
  let minute = 1;
  let isKilled = false;
  while (present() < start + seconds) {
    await load.turn(present());
    if (!isKilled && present() > start + seconds / 2) {
      isKilled = true;
      await server.stop("SIGKILL");
      load.disconnect();
      const began = performance.now();
      server = await TestServer.start(data, flags);
      console.log(`killed; ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      before = usageOf(server.process.pid!);
      await load.connect(server.listen.carbon!);
    }
    if (present() > start + minute * 60) await row(minute++);
    await wait(10);
  }
  isDone = true;
  await queries;
  // What lies in buffers is read by then.
  await wait(5000);
  const problems = await lostPoints(server, load, series, lateStart);
  for (const problem of problems.slice(0, 10)) console.log(problem);
  console.log(
    `${load.points} datapoints sent, ${load.rounds} rounds compared: ${problems.length} sums are wrong`,
  );
  status = problems.length === 0 ? 0 : 1;
} finally {
  TestServer.killAll();
  folder.remove();
}
process.exit(status);
