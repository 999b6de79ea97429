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

/** CPU of the whole server for a request, HTTP included. */
function request(name: string, pattern: string): Benchmark {
  return {
    name,
    unit: "milliseconds of CPU per request",
    floor: null,
    moreIsBetter: false,
    async run(seconds) {
      const server = await BenchServer.start();
      const start = Math.floor(Date.now() / 600_000) * 600;
      for (let round = 0; round < 60; round++) {
        await send(server.port("carbon"), [linesOf(inOrder(2000), start + round * 10, round)]);
      }
      await server.reached("carbon_points_received", 120_000);
      const query = `target=${encodeURIComponent(pattern)}&from=${start - 10}&until=${start + 600}&format=json`;
      const url = `http://${server.listen.http}/render?${query}`;
      for (let i = 0; i < 20; i++) await (await fetch(url)).arrayBuffer();
      const from = cpuSecondsOf(server.pid);
      const end = performance.now() + seconds * 1000;
      let requests = 0;
      let bytes = 0;
      while (performance.now() < end) {
        bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
        requests++;
      }
      const value = ((cpuSecondsOf(server.pid) - from) / requests) * 1000;
      await server.stop();
      return { value, baseline: null, note: `${bytes} bytes` };
    },
  };
}

export const benchmarks: Benchmark[] = [
  json("json", "decimals", 10e6, cents),
  json("json-doubles", "other doubles", 3e6, sine),
  request("render-1", "dc0.host00000.app0.service.metric_1"),
  request("render-100", "dc0.host00000.app0.service.metric_*"),
  request("render-1000", "dc*.host0000*.app*.service.metric_*"),
];
