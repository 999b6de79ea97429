import { once } from "node:events";
import { connect } from "node:net";
import type { Benchmark } from "./benchmark.ts";
import { inOrder, linesOf } from "./load.ts";
import { BenchServer, DropReceiver } from "./server.ts";

const LINES_PER_SECOND = 500_000;
const PIECES = 50;

/** How long the ingest thread's event loop is held up while half a million lines a second come in. */
const loopDelay: Benchmark = {
  name: "loop-delay",
  unit: "milliseconds, 99th percentile of the ingest thread's loop delay at 500,000 lines/s",
  floor: null,
  moreIsBetter: false,
  async run(seconds) {
    const series = inOrder(100_000);
    const start = Math.floor(Date.now() / 600_000) * 600;
    const rounds = [0, 1, 2, 3].map((round) => linesOf(series, start + round * 10, round));

    const drop = await DropReceiver.start();
    const dropped = await sendAtRate(drop.port, rounds, series.length, seconds);
    const { p99Ms } = await drop.ask();
    drop.stop();

    const server = await BenchServer.start();
    const sent = await sendAtRate(server.port("carbon"), rounds, series.length, seconds);
    const numbers = await server.numbers();
    await server.stop();
    return {
      value: numbers.ingest_loop_delay_p99_ms ?? Number.NaN,
      baseline: p99Ms,
      note: `receiving and dropping: ${p99Ms.toPrecision(3)} ms; ${sent} and ${dropped} lines/s sent`,
    };
  },
};

/** Sends rounds of lines over one connection, evenly; gives the lines per second that were sent. */
async function sendAtRate(
  port: number,
  rounds: readonly Buffer[],
  linesPerRound: number,
  seconds: number,
): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const began = performance.now();
  let sent = 0;
  for (let turn = 0; performance.now() - began < seconds * 1000; turn++) {
    const bytes = rounds[turn % rounds.length]!;
    const size = Math.ceil(bytes.length / PIECES);
    for (let i = 0; i < PIECES; i++) {
      if (!socket.write(bytes.subarray(i * size, (i + 1) * size))) await once(socket, "drain");
      sent += linesPerRound / PIECES;
      const ahead = (sent / LINES_PER_SECOND) * 1000 - (performance.now() - began);
      if (ahead > 1) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
  }
  socket.destroy();
  return Math.round(sent / ((performance.now() - began) / 1000));
}

export const benchmarks: Benchmark[] = [loopDelay];
