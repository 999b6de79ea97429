import { once } from "node:events";
import { connect } from "node:net";
import { randomOf } from "./random.ts";

/** Lines like those of a fleet of servers: 53 bytes each, values with up to three decimals. */
export function linesOf(series: readonly number[], time: number, round: number): Buffer {
  const parts: string[] = [];
  for (const number of series) {
    const host = Math.floor(number / 100);
    const name = `dc${host % 10}.host${String(host).padStart(5, "0")}.app${host % 7}.service.metric_${number % 100}`;
    parts.push(`${name} ${((number * 7 + round * 13) % 100_000) / 1000} ${time}\n`);
  }
  return Buffer.from(parts.join(""));
}

export function inOrder(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

export function shuffled(list: readonly number[], seed: number): number[] {
  const result = [...list];
  const random = randomOf(seed);
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Sends buffers over one connection, as fast as they are taken. */
export async function send(port: number, buffers: Iterable<Buffer>): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length; at += 65_536) {
      if (!socket.write(buffer.subarray(at, at + 65_536))) await once(socket, "drain");
    }
  }
  socket.end();
  await once(socket, "close");
}
