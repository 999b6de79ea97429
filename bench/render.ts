import type { TimeSeries } from "../src/model/time-series.ts";
import { json as jsonFormat } from "../src/render/formats/json.ts";
import { type Benchmark, compare } from "./benchmark.ts";
import { inOrder, linesOf, send } from "./load.ts";
import { cpuSecondsOf } from "./process-cpu.ts";
import { BenchServer } from "./server.ts";

const sine = (i: number): number => Math.sin(i / 50) * 100;
const cents = (i: number): number => Math.round(sine(i) * 100) / 100;

function walk(name: string, points: number, valueAt = cents): TimeSeries {
  const values = Float64Array.from({ length: points }, (_, i) => valueAt(i + name.length));
  const start = 1_700_000_000;
  return {
    name,
    pathExpression: name,
    start,
    end: start + points * 10,
    step: 10,
    values,
    consolidation: "average",
    xFilesFactor: null,
    tags: { name },
  };
}

function json(
  name: string,
  what: string,
  floor: number,
  valueAt: (i: number) => number,
): Benchmark {
  return {
    name,
    unit: `points per CPU second, ${what} written as JSON`,
    floor,
    moreIsBetter: true,
    async run(seconds) {
      const list = inOrder(100).map((i) => walk(`a.b${i}`, 1000, (j) => valueAt(i * 1000 + j)));
      return compare(
        seconds,
        100_000,
        () => jsonFormat.write(list, { noNullPoints: false, timeZone: "UTC", xFilesFactor: 0 }),
        () =>
          JSON.stringify(
            list.map(({ name, tags, values, start, step }) => ({
              target: name,
              tags,
              datapoints: Array.from(values, (value, i) => [value, start + i * step]),
            })),
          ),
      );
    },
  };
}

/** What a server holds, and until when. */
interface Loaded {
  server: BenchServer;
  from: number;
  until: number;
}

/** Ten minutes of 2,000 series, as they come in. */
async function minutes(): Promise<Loaded> {
  const server = await BenchServer.start();
  const from = Math.floor(Date.now() / 600_000) * 600;
  for (let round = 0; round < 60; round++) {
    await send(server.port("carbon"), [linesOf(inOrder(2000), from + round * 10, round)]);
  }
  await server.reached("carbon_points_received", 120_000);
  return { server, from: from - 10, until: from + 600 };
}

/** A day of 1,000 series in StatFiles. */
async function aDay(step: number): Promise<Loaded> {
  const server = await BenchServer.start(`[all]\npattern = .*\nretentions = ${step}s:8d\n`);
  const until = Math.floor(Date.now() / 86_400_000) * 86_400 - 86_400;
  const from = until - 86_400;
  const series = inOrder(step < 60 ? 10 : 1000);
  const rounds = Array.from({ length: 86_400 / step }, (_, i) => i);
  const port = server.port("carbon");
  await send(port, lines(series, from, step, rounds));
  let received = series.length * rounds.length;
  await server.reached("carbon_points_received", received);
  for (let i = 0; (await server.numbers()).strays! > 10_000; i++) {
    const filling = Buffer.from(`filling.a${i} 1 ${until}\n`.repeat(20_000));
    await send(port, [filling]);
    received += 20_000;
    await server.reached("carbon_points_received", received);
  }
  await server.reached("flushed_strays", 1);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return { server, from, until };
}

function* lines(
  series: readonly number[],
  from: number,
  step: number,
  rounds: readonly number[],
): Generator<Buffer> {
  for (const round of rounds) yield linesOf(series, from + (round + 1) * step, round);
}

/** CPU of the whole server for a request, HTTP included. */
function request(
  name: string,
  target: string,
  { load = minutes, floor = null, maxDataPoints = 0, isFresh = true }: Partial<RequestOptions> = {},
): Benchmark {
  return {
    name,
    unit: "milliseconds of CPU per request",
    floor,
    moreIsBetter: false,
    async run(seconds) {
      const { server, from: start, until } = await load();
      const limit = maxDataPoints > 0 ? `&maxDataPoints=${maxDataPoints}` : "";
      const fresh = isFresh ? "&noCache=1" : "";
      const query = `target=${encodeURIComponent(target)}&from=${start}&until=${until}&format=json${limit}${fresh}`;
      const url = `http://${server.listen.http}/render?${query}`;
      for (let i = 0; i < 20; i++) await (await fetch(url, PLAIN)).arrayBuffer();
      const from = cpuSecondsOf(server.pid);
      const end = performance.now() + seconds * 1000;
      let requests = 0;
      let bytes = 0;
      while (performance.now() < end) {
        bytes = (await (await fetch(url, PLAIN)).arrayBuffer()).byteLength;
        requests++;
      }
      const value = ((cpuSecondsOf(server.pid) - from) / requests) * 1000;
      await server.stop();
      return { value, baseline: null, note: `${bytes} bytes` };
    },
  };
}

/** As Graphite answers; compressing would be most of the work. */
const PLAIN = { headers: { "accept-encoding": "identity" } };

interface RequestOptions {
  load: () => Promise<Loaded>;
  floor: number | null;
  maxDataPoints: number;
  /** Made anew each time, and not given again. */
  isFresh: boolean;
}

const EVERY_SERIES = "dc*.host*.app*.service.metric_*";

export const benchmarks: Benchmark[] = [
  json("json", "decimals", 10e6, cents),
  json("json-doubles", "other doubles", 3e6, sine),
  request("render-1", "dc0.host00000.app0.service.metric_1"),
  request("render-100", "dc0.host00000.app0.service.metric_*"),
  request("render-1000", "dc*.host0000*.app*.service.metric_*"),
  request("render-day", EVERY_SERIES, { load: () => aDay(60), floor: 123 }),
  request("render-day-sum", `sumSeries(${EVERY_SERIES})`, { load: () => aDay(60), floor: 35.5 }),
  request("render-one-day", "dc0.host00000.app0.service.metric_1", {
    load: () => aDay(10),
    floor: 0.4,
    maxDataPoints: 1000,
  }),
  request("render-again", "dc0.host00000.app0.service.metric_1", {
    load: () => aDay(10),
    maxDataPoints: 1000,
    isFresh: false,
  }),
];
