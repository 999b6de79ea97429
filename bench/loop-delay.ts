import { once } from "node:events";
import { connect } from "node:net";
import type { Benchmark } from "./benchmark.ts";
import { inOrder, linesOf } from "./load.ts";
import { BenchServer } from "./server.ts";

const LINES_PER_SECOND = 500_000;

/** How long the ingest thread's event loop is held up while half a million lines a second come in. */
const loopDelay: Benchmark = {
  name: "loop-delay",
  unit: "milliseconds, 99th percentile of the ingest thread's loop delay at 500,000 lines/s",
  floor: null,
  moreIsBetter: false,
  async run(seconds) {
    const server = await BenchServer.start();
    const socket = connect(server.port("carbon"), "127.0.0.1");
    await once(socket, "connect");
    const series = inOrder(100_000);
    const start = Math.floor(Date.now() / 600_000) * 600;
    const buffers = [0, 1, 2, 3].map((round) => linesOf(series, start + round * 10, round));
    const began = performance.now();
    let sent = 0;
    for (let turn = 0; performance.now() - began < seconds * 1000; turn++) {
      const buffer = buffers[turn % buffers.length]!;
      const pieces = 50;
      for (let i = 0; i < pieces; i++) {
        const size = Math.ceil(buffer.length / pieces);
        if (!socket.write(buffer.subarray(i * size, (i + 1) * size))) await once(socket, "drain");
        sent += series.length / pieces;
        const ahead = (sent / LINES_PER_SECOND) * 1000 - (performance.now() - began);
        if (ahead > 1) await new Promise((resolve) => setTimeout(resolve, ahead));
      }
    }
    const numbers = await server.numbers();
    socket.destroy();
    await server.stop();
    return {
      value: numbers.ingest_loop_delay_p99_ms ?? Number.NaN,
      baseline: null,
      note: `${Math.round(sent / ((performance.now() - began) / 1000))} lines/s sent`,
    };
  },
};

export const benchmarks: Benchmark[] = [loopDelay];
