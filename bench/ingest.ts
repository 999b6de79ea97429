import type { Benchmark } from "./benchmark.ts";
import { inOrder, linesOf, send, shuffled } from "./load.ts";
import { cpuSecondsOf, residentBytesOf } from "./process-cpu.ts";
import { BenchServer, NaiveReceiver } from "./server.ts";

/** A time inside the present window for round `round`, so that datapoints go the usual way. */
function timeOf(round: number): number {
  const windowStart = Math.floor(Date.now() / 600_000) * 600;
  return windowStart + (round % 60) * 10;
}

const WARM_ROUNDS = 20;

/** Rounds of all series, over one connection, in an order that is the same or another each time. */
async function measure(
  port: number,
  pid: number,
  seconds: number,
  orderOf: (round: number) => readonly number[],
  done: (lines: number) => Promise<void>,
): Promise<number> {
  // New series begin in the head's log; after these rounds they have the rows of everyday life.
  const warm = orderOf(0);
  let lines = 0;
  for (let round = 0; round < WARM_ROUNDS; round++) {
    await send(port, [linesOf(orderOf(round), timeOf(round), round)]);
    lines += warm.length;
    await done(lines);
  }
  let measured = 0;
  let cpu = 0;
  const end = performance.now() + seconds * 1000;
  for (let round = WARM_ROUNDS; performance.now() < end; round++) {
    // The lines are made beforehand: only the receiver's CPU counts anyway.
    const buffer = linesOf(orderOf(round), timeOf(round), round);
    const from = cpuSecondsOf(pid);
    await send(port, [buffer]);
    lines += warm.length;
    measured += warm.length;
    await done(lines);
    cpu += cpuSecondsOf(pid) - from;
  }
  return measured / cpu;
}

function plaintext(name: string, series: number, floor: number, isRandom: boolean): Benchmark {
  return {
    name,
    unit: "lines per CPU second, all-in",
    floor,
    moreIsBetter: true,
    async run(seconds) {
      const order = inOrder(series);
      const orders = isRandom ? [1, 2, 3].map((seed) => shuffled(order, seed)) : [order];
      const orderOf = (round: number): readonly number[] => orders[round % orders.length]!;
      const server = await BenchServer.start();
      const value = await measure(server.port("carbon"), server.pid, seconds, orderOf, (lines) =>
        server.reached("carbon_points_received", lines),
      );
      await server.stop();
      const naive = await NaiveReceiver.start();
      const baseline = await measure(naive.port, naive.pid, seconds / 2, orderOf, (lines) =>
        naive.reached(lines),
      );
      naive.stop();
      return { value, baseline };
    },
  };
}

const memory: Benchmark = {
  name: "memory",
  unit: "bytes of resident memory per active 10 s series, base taken off",
  floor: null,
  moreIsBetter: false,
  async run() {
    const series = 200_000;
    const server = await BenchServer.start();
    const base = residentBytesOf(server.pid);
    const order = inOrder(series);
    for (let round = 0; round < 60; round++)
      await send(server.port("carbon"), [linesOf(order, timeOf(round), round)]);
    await server.reached("carbon_points_received", series * 60);
    const value = (residentBytesOf(server.pid) - base) / series;
    await server.stop();
    return {
      value,
      baseline: null,
      note: `${series} series, one full window; base ${Math.round(base / 1e6)} MB`,
    };
  },
};

/** Batches as carbon-relay sends them: 500 points a frame, protocol 2. */
function pickleFrames(series: readonly number[], time: number): Buffer {
  const frames: Buffer[] = [];
  for (let from = 0; from < series.length; from += 500) {
    const parts: Buffer[] = [Buffer.from([0x80, 2, 0x5d, 0x28])];
    for (const number of series.slice(from, from + 500)) {
      const name = Buffer.from(
        `pickle.host${Math.floor(number / 100)}.service.metric_${number % 100}`,
      );
      const entry = Buffer.alloc(5 + name.length + 20);
      entry[0] = 0x58;
      entry.writeUInt32LE(name.length, 1);
      name.copy(entry, 5);
      let at = 5 + name.length;
      entry[at] = 0x47;
      entry.writeDoubleBE(time, at + 1);
      entry[at + 9] = 0x47;
      entry.writeDoubleBE(number / 8, at + 10);
      at += 18;
      entry[at] = 0x86;
      entry[at + 1] = 0x86;
      parts.push(entry);
    }
    parts.push(Buffer.from([0x65, 0x2e]));
    const payload = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(payload.length);
    frames.push(length, payload);
  }
  return Buffer.concat(frames);
}

const pickle: Benchmark = {
  name: "pickle",
  unit: "points per CPU second, all-in",
  floor: 800_000,
  moreIsBetter: true,
  async run(seconds) {
    const order = inOrder(100_000);
    const server = await BenchServer.start();
    await send(server.port("pickle"), [pickleFrames(order, timeOf(0))]);
    await server.reached("pickle_points_received", order.length);
    let points = order.length;
    let cpu = 0;
    const end = performance.now() + seconds * 1000;
    for (let round = 1; performance.now() < end; round++) {
      const buffer = pickleFrames(order, timeOf(round));
      const from = cpuSecondsOf(server.pid);
      await send(server.port("pickle"), [buffer]);
      points += order.length;
      await server.reached("pickle_points_received", points);
      cpu += cpuSecondsOf(server.pid) - from;
    }
    await server.stop();
    return { value: (points - order.length) / cpu, baseline: null };
  },
};

export const benchmarks: Benchmark[] = [
  plaintext("plaintext-stable", 200_000, 2_000_000, false),
  plaintext("plaintext-random", 200_000, 500_000, true),
  pickle,
  memory,
];
