import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Loadtest {
  target: { host: string; port: number };
  /** Null: what has arrived is not asked. */
  http: { host: string; port: number } | null;
  lines: number;
  perSecond: number;
  counters: number;
  seed: number;
  isUdp: boolean;
}

export interface LoadtestResult {
  sent: number;
  seconds: number;
  /** Null where nobody was asked, or could answer. */
  arrived: number | null;
  problem: string | null;
}

/** How long a server may take nothing. */
const PATIENCE_MS = 10_000;
/** What was sent is lost when nothing more has arrived for so long. */
const SILENCE_MS = 3000;
const TICK_MS = 10;
/** A datagram that no network takes apart. */
const DATAGRAM_BYTES = 1400;
const SLOT_SECONDS = 10;

/** @throws when nobody listens there */
export async function loadtest(test: Loadtest): Promise<LoadtestResult> {
  const from = Math.floor(Date.now() / 1000 / SLOT_SECONDS) * SLOT_SECONDS;
  const before =
    test.http === null ? 0 : await countArrived(test, test.http, from, from + SLOT_SECONDS);
  const began = performance.now();
  const { sent, problem } = await sendAll(test);
  const seconds = (performance.now() - began) / 1000;
  if (test.http === null || sent === 0) return { sent, seconds, arrived: null, problem };
  const until = Math.floor(Date.now() / 1000) + SLOT_SECONDS;
  let arrived = -1;
  for (let end = performance.now() + SILENCE_MS; ; await sleep(100)) {
    const count = (await countArrived(test, test.http, from, until)) - before;
    if (count > arrived) end = performance.now() + SILENCE_MS;
    arrived = count;
    if (arrived >= sent || performance.now() > end) break;
  }
  return { sent, seconds, arrived, problem };
}

/** Paced by the clock, so that a pause is caught up with; never more than a second's worth at once. */
async function sendAll(test: Loadtest): Promise<{ sent: number; problem: string | null }> {
  const random = randomOf(test.seed);
  const out = test.isUdp ? await datagrams(test.target) : await stream(test.target);
  const most = Math.max(1, Math.ceil(test.perSecond));
  let sent = 0;
  let problem: string | null = null;
  let began = performance.now();
  while (sent < test.lines && problem === null) {
    const due = Math.floor(((performance.now() - began) / 1000) * test.perSecond) + 1;
    // What was missed beyond that is not caught up with: the pace is kept from here on.
    if (due - sent > most) began += ((due - sent - most) / test.perSecond) * 1000;
    const count = Math.min(due - sent, most, test.lines - sent);
    if (count > 0) {
      const time = Math.floor(Date.now() / 1000);
      const lines: string[] = [];
      for (let i = 0; i < count; i++) {
        const value = Math.floor(random() * 100_000) / 100;
        lines.push(`${nameOf(test, (sent + i) % test.counters)} ${time} ${value}\n`);
      }
      problem = await out.send(lines);
      if (problem === null) sent += count;
    }
    const next = began + (sent / test.perSecond) * 1000 - performance.now();
    if (sent < test.lines) await sleep(Math.max(TICK_MS, Math.min(next, 1000)));
  }
  if (problem === null) problem = await out.end();
  return { sent, problem };
}

interface Out {
  /** Resolves when it is taken, with why it is not. */
  send(lines: readonly string[]): Promise<string | null>;
  end(): Promise<string | null>;
}

async function stream(target: { host: string; port: number }): Promise<Out> {
  const socket = connect(target);
  await once(socket, "connect");
  let failure: string | null = null;
  socket.on("error", (error) => {
    failure ??= `the connection has ended: ${error.message}`;
  });
  socket.on("end", () => {
    failure ??= "the server has ended the connection";
  });
  socket.resume();
  const settled = (event: string): Promise<string | null> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        socket.destroy();
        resolve(`the server has taken nothing for ${PATIENCE_MS / 1000} seconds`);
      }, PATIENCE_MS);
      const done = (): void => {
        clearTimeout(timer);
        resolve(failure);
      };
      socket.once(event, done);
      if (event !== "close") socket.once("close", done);
    });
  return {
    async send(lines) {
      if (failure !== null) return failure;
      return socket.write(lines.join("")) ? null : settled("drain");
    },
    end() {
      const closed = settled("close");
      failure = null;
      socket.removeAllListeners("end");
      socket.end();
      return closed;
    },
  };
}

async function datagrams({ host, port }: { host: string; port: number }): Promise<Out> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  const send = (text: string): Promise<string | null> =>
    new Promise((resolve) =>
      socket.send(text, port, host, (error) => resolve(error === null ? null : error.message)),
    );
  return {
    async send(lines) {
      let text = "";
      for (const line of lines) {
        if (text.length + line.length > DATAGRAM_BYTES) {
          const failure = await send(text);
          if (failure !== null) return failure;
          text = "";
        }
        text += line;
      }
      return send(text);
    },
    end: () => new Promise((resolve) => socket.close(() => resolve(null))),
  };
}

/** Samples of the test's counters, in buckets that start in [from, until). */
async function countArrived(
  test: Loadtest,
  { host, port }: { host: string; port: number },
  from: number,
  until: number,
): Promise<number> {
  const keys = Array.from({ length: test.counters }, (_, i) => nameOf(test, i));
  const body = { start: from, stop: until, keys, maxSamples: 1_000_000, compact: 1 };
  const answer = await fetch(`http://${host.includes(":") ? `[${host}]` : host}:${port}/*`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!answer.ok)
    throw new Error(`${host}:${port} answers ${answer.status}: ${await answer.text()}`);
  const found = (await answer.json()) as Record<string, { data?: [number, number][] } | string>;
  let samples = 0;
  for (const key of keys) {
    const counter = found[key];
    if (typeof counter !== "object") continue;
    for (const [, count] of counter.data ?? []) samples += count;
  }
  return samples;
}

function nameOf({ seed }: Loadtest, number: number): string {
  return `loadtest.${seed}.${number}`;
}

/** Numbers in [0, 1), the same for a seed. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
