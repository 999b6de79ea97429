import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { availableParallelism, loadavg } from "node:os";
import { gunzipSync } from "node:zlib";
import { inOrder, linesOf, send } from "./load.ts";
import { cpuSecondsOf, residentBytesOf } from "./process-cpu.ts";
import { BenchServer } from "./server.ts";

/**
 * node dist/bench/panels.js [--seconds 60] [--rate 200] [--points 100000]
 *
 * Dashboards on a server that is receiving: panels of one target with 10 series over 6 hours, asked
 * for by the form POST of Grafana at a steady rate, whatever the answers take, while datapoints come
 * in at another. Prints how long panels took from the moment they were due, and what CPU they cost.
 */
const STEP = 10;
const HISTORY = 6 * 3600;
/** Series that panels show; the others only come in. */
const SHOWN = 1000;
const RECEIVED = 200_000;
const PANELS = (SHOWN / 100) * 9;

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

/** The tens of metrics of one host: ten series. */
function target(panel: number): string {
  const host = Math.floor(panel / 9);
  const name = `dc${host % 10}.host${String(host).padStart(5, "0")}.app${host % 7}.service`;
  return `${name}.metric_${1 + (panel % 9)}?`;
}

/** Six hours of the series that panels show, in files. */
async function loadHistory(server: BenchServer, until: number): Promise<void> {
  const port = server.port("carbon");
  const shown = inOrder(SHOWN);
  const rounds = HISTORY / STEP;
  const from = until - HISTORY;
  let received = 0;
  for (let first = 0; first < rounds; first += 60) {
    const last = Math.min(rounds, first + 60);
    const buffers = inOrder(last - first).map((i) =>
      linesOf(shown, from + (first + i) * STEP, first + i),
    );
    await send(port, buffers);
    received += SHOWN * (last - first);
    await server.reached("carbon_points_received", received);
  }
  // Late datapoints go to files by the million: some more of another series make it full.
  for (let i = 0; (await server.numbers()).strays! > 10_000 && i < 200; i++) {
    await send(port, [Buffer.from(`filling.a${i} 1 ${from}\n`.repeat(20_000))]);
    received += 20_000;
    await server.reached("carbon_points_received", received);
  }
}

/** Sends datapoints at a rate, ten times a second; returns what ends it. */
function receive(socket: Socket, rate: number): () => number {
  let sent = 0;
  const started = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1000) * rate;
    const time = Math.floor(Date.now() / 1000);
    while (sent < due) {
      const series = inOrder(1000).map((i) => (sent + i) % RECEIVED);
      socket.write(linesOf(series, time, Math.floor(sent / RECEIVED)));
      sent += 1000;
    }
  }, 100);
  return () => {
    clearInterval(timer);
    return sent / ((performance.now() - started) / 1000);
  };
}

interface Asked {
  ms: number[];
  failed: number;
  points: number;
}

/** Asks for panels at a rate; each is timed from when it was due. */
async function ask(server: BenchServer, rate: number, seconds: number): Promise<Asked> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const asked: Asked = { ms: [], failed: 0, points: 0 };
  const waiting: Promise<void>[] = [];
  const started = performance.now();
  const total = Math.round(rate * seconds);
  for (let i = 0; i < total; ) {
    const now = performance.now();
    for (; i < total && started + (i * 1000) / rate <= now; i++) {
      const due = started + (i * 1000) / rate;
      waiting.push(
        askOnce(server, agent, i).then((points) => {
          asked.ms.push(performance.now() - due);
          if (points === null) asked.failed++;
          else asked.points += points;
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(waiting);
  agent.destroy();
  return asked;
}

/** Datapoints of the answer, looked at now and then; null for a failure. */
function askOnce(server: BenchServer, agent: Agent, i: number): Promise<number | null> {
  const until = Math.floor(Date.now() / 1000);
  const body = new URLSearchParams({
    format: "json",
    from: String(until - HISTORY),
    maxDataPoints: "1113",
    target: target(i % PANELS),
    until: String(until),
  }).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": body.length,
    "accept-encoding": "gzip",
  };
  return new Promise((resolve) => {
    const url = `http://${server.listen.http}/render`;
    const sent = request(url, { method: "POST", agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        if (answer.statusCode !== 200) resolve(null);
        else if (i % 100 !== 0) resolve(0);
        else resolve(pointsOf(Buffer.concat(chunks), answer.headers["content-encoding"]));
      });
    });
    sent.on("error", () => resolve(null));
    sent.end(body);
  });
}

function pointsOf(body: Buffer, encoding: string | undefined): number | null {
  const text = (encoding === "gzip" ? gunzipSync(body) : body).toString();
  const list = JSON.parse(text) as { datapoints: unknown[] }[];
  return list.length === 10 ? list.reduce((sum, one) => sum + one.datapoints.length, 0) : null;
}

function percentile(sorted: readonly number[], share: number): string {
  return `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1)} ms`;
}

const seconds = option("seconds", 60);
const rate = option("rate", 200);
const points = option("points", 100_000);
const server = await BenchServer.start(`[all]\npattern = .*\nretentions = ${STEP}s:10d\n`);
try {
  await loadHistory(server, Math.floor(Date.now() / 1000 / STEP) * STEP - 60);
  const socket = connect(server.port("carbon"), "127.0.0.1");
  await once(socket, "connect");
  const end = receive(socket, points);
  // The series are made, and the way is warm.
  await ask(server, rate, 5);
  const idleFrom = cpuSecondsOf(server.pid);
  const idleSeconds = Math.max(3, seconds / 4);
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  const ingestCpu = (cpuSecondsOf(server.pid) - idleFrom) / idleSeconds;
  const from = cpuSecondsOf(server.pid);
  const started = performance.now();
  const { ms, failed, points: shown } = await ask(server, rate, seconds);
  const took = (performance.now() - started) / 1000;
  const cpu = (cpuSecondsOf(server.pid) - from) / took;
  const received = end();
  socket.destroy();
  ms.sort((a, b) => a - b);
  const memory = Math.round(residentBytesOf(server.pid) / 2 ** 20);
  console.log(
    `${ms.length} panels in ${took.toFixed(1)} s, ${failed} failed, ${Math.round(shown / Math.ceil(ms.length / 100))} datapoints each; ${Math.round(received)} datapoints/s received`,
  );
  console.log(
    `p50 ${percentile(ms, 0.5)}  p90 ${percentile(ms, 0.9)}  p99 ${percentile(ms, 0.99)}  most ${percentile(ms, 1)}`,
  );
  console.log(
    `CPU: ${cpu.toFixed(2)} s a second, ${ingestCpu.toFixed(2)} of it for receiving; ${(((cpu - ingestCpu) * 1000) / (ms.length / took)).toFixed(2)} ms a panel; ${memory} MiB resident`,
  );
  console.log(
    `load average ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} processors: what waits for others counts`,
  );
} finally {
  await server.stop();
}
