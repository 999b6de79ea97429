import type { Benchmark } from "./benchmark.ts";
import { send } from "./load.ts";
import { cpuSecondsOf } from "./process-cpu.ts";
import { BenchServer } from "./server.ts";

const WARM_ROUNDS = 20;

/** Time of round `round`: a new slot each, as long as there are slots that are open and not ahead. */
function timeOf(round: number): number {
  const now = Math.floor(Date.now() / 1000);
  const into = now % 600;
  const slots = into < 45 ? 60 : Math.floor(into / 10) + 6;
  return now - into - (into < 45 ? 600 : 0) + (round % slots) * 10;
}

type LineOf = (number: number, time: number, value: number) => string;

const nameOf = (number: number): string => {
  const host = Math.floor(number / 100);
  return `dc${host % 10}.host${String(host).padStart(5, "0")}.app${host % 7}.service.metric_${number % 100}`;
};

/** A pre-aggregated line, as agents forward it. */
const setLine: LineOf = (number, time, value) => {
  const [min, max] = [value / 2, value * 1.5];
  const sumOfSquares = 8 * value * value + (value * value) / 2;
  return `${nameOf(number)} ${time} ${value * 8} ${sumOfSquares} ${min} ${max} 8\n`;
};

const caretLine: LineOf = (number, time, value) =>
  `app${number % 50}.metric_${Math.floor(number / 50)}^host.h${number % 1000}^class.c${number % 7}^ ${time} ${value}\n`;

/** Lines of istat over one connection, in stable order; work counts samples, `targets` a line. */
function lines(
  name: string,
  unit: string,
  floor: number,
  count: number,
  targets: number,
  lineOf: LineOf,
): Benchmark {
  return {
    name,
    unit,
    floor,
    moreIsBetter: true,
    async run(seconds) {
      const server = await BenchServer.start();
      let received = 0;
      let measured = 0;
      let cpu = 0;
      let end = Number.POSITIVE_INFINITY;
      for (let round = 0; performance.now() < end; round++) {
        const time = timeOf(round);
        const text: string[] = [];
        for (let i = 0; i < count; i++) {
          text.push(lineOf(i, time, ((i * 7 + round * 13) % 100_000) / 1000));
        }
        const bytes = Buffer.from(text.join(""));
        const before = cpuSecondsOf(server.pid);
        await send(server.port("istat"), [bytes]);
        received += count;
        await server.reached("istat_points_received", received);
        if (round < WARM_ROUNDS) continue;
        if (round === WARM_ROUNDS) end = performance.now() + seconds * 1000;
        measured += count * targets;
        cpu += cpuSecondsOf(server.pid) - before;
      }
      await server.stop();
      return { value: measured / cpu, baseline: null };
    },
  };
}

export const benchmarks: Benchmark[] = [
  lines(
    "istat-lines",
    "lines per CPU second, all-in",
    2_000_000,
    200_000,
    1,
    (number, time, value) => `${nameOf(number)} ${time} ${value}\n`,
  ),
  lines("istat-7-field", "sets per CPU second, all-in", 1_000_000, 100_000, 1, setLine),
  lines("istat-caret", "samples per CPU second, three a line", 1_500_000, 60_000, 3, caretLine),
];
