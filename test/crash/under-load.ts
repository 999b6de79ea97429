import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { splitAddress, TestServer, temporaryFolder } from "../server.ts";

/**
 * node dist/test/crash/under-load.js [--kills N] [--rate LINES_PER_SECOND]
 *
 * Kills a server with SIGKILL at random moments while it is sent lines, starts it again on the same
 * folder, and compares: every datapoint that it had read 200 ms before the kill must be there, and
 * none that was never sent. What the server has read is known exactly: bytes written by the sender
 * less those that the kernel still holds for both ends of the connection.
 */
const GRACE_MS = 200;
const PRESENT_SERIES = 2000;
const LATE_SERIES = 200;
const TICK_MS = 20;

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

/** The one value that a series has at a second. */
function valueAt(series: number, time: number): number {
  return ((series * 7919 + time * 31) % 1_000_003) / 100;
}

interface Sent {
  name: string;
  series: number;
  time: number;
  /** Place in the stream at which its line ends. */
  endsAt: number;
}

/** Sends lines over one connection and knows how far the server has read them. */
class Sender {
  readonly #socket: Socket;
  readonly #clientPort: number;
  readonly #serverPort: number;
  #written = 0;
  readonly sent: Sent[] = [];
  /** Bytes that had been read, by the time of the look. */
  readonly #looks: { at: number; read: number }[] = [];

  static open(address: string): Promise<Sender> {
    const [host, port] = splitAddress(address);
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new Sender(socket, port)));
      socket.on("error", reject);
    });
  }

  private constructor(socket: Socket, serverPort: number) {
    this.#socket = socket;
    this.#serverPort = serverPort;
    this.#clientPort = socket.localPort!;
    socket.on("error", () => {
      // The server was killed.
    });
  }

  get isBehind(): boolean {
    return this.#socket.writableLength > 4 << 20;
  }

  point(prefix: string, series: number, time: number): string {
    const name = `${prefix}.s${series}`;
    const line = `${name} ${valueAt(series, time)} ${time}\n`;
    this.#written += line.length;
    this.sent.push({ name, series, time, endsAt: this.#written });
    return line;
  }

  noise(count: number, time: number): string {
    let text = "";
    for (let i = 0; i < count; i++) text += `noise.s${i} ${i}.5 ${time}\n`;
    this.#written += text.length;
    return text;
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  look(): void {
    const held = kernelBytes(this.#clientPort, this.#serverPort);
    this.#looks.push({
      at: performance.now(),
      read: this.#socket.bytesWritten - this.#socket.writableLength - held,
    });
  }

  readBefore(at: number): number {
    let read = 0;
    for (const look of this.#looks) if (look.at <= at) read = Math.max(read, look.read);
    return read;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Bytes of a connection that the kernel holds, unsent, in flight or not read. */
function kernelBytes(clientPort: number, serverPort: number): number {
  const client = hex(clientPort);
  const server = hex(serverPort);
  let bytes = 0;
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local = "", remote = "", , queues = ""] = line.trim().split(/\s+/);
    const isClient = local.endsWith(client) && remote.endsWith(server);
    const isServer = local.endsWith(server) && remote.endsWith(client);
    if (!isClient && !isServer) continue;
    const [tx = "0", rx = "0"] = queues.split(":");
    bytes += Number.parseInt(isClient ? tx : rx, 16);
  }
  return bytes;
}

function hex(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** What must be there, and what may be, by series and time. */
class Expectation {
  readonly must = new Map<string, Map<number, number>>();
  readonly may = new Map<string, Map<number, number>>();

  add(sent: Sent, isRead: boolean): void {
    for (const map of isRead ? [this.must, this.may] : [this.may]) {
      let times = map.get(sent.name);
      if (times === undefined) {
        times = new Map();
        map.set(sent.name, times);
      }
      times.set(sent.time, valueAt(sent.series, sent.time));
    }
  }

  async check(server: TestServer, from: number): Promise<{ lost: number; invented: number }> {
    let lost = 0;
    let invented = 0;
    const until = Math.floor(Date.now() / 1000) + 2;
    for (const [pattern, first] of [
      ["load.*", from - 10],
      ["late.*", from - 90_000],
    ] as const) {
      const query = new URLSearchParams({
        target: pattern,
        from: String(first),
        until: String(until),
        format: "json",
        noNullPoints: "1",
      });
      const answer = (await server.json(`/render?${query}`)) as {
        target: string;
        datapoints: [number, number][];
      }[];
      const found = new Map(
        answer.map(({ target, datapoints }) => [
          target,
          new Map(datapoints.map(([value, time]) => [time, value])),
        ]),
      );
      for (const [name, times] of this.must) {
        if (!name.startsWith(pattern.slice(0, 4))) continue;
        for (const [time, value] of times) if (found.get(name)?.get(time) !== value) lost++;
      }
      for (const [name, times] of found) {
        for (const [time, value] of times) {
          if (this.may.get(name)?.get(time) !== value) invented++;
        }
      }
    }
    return { lost, invented };
  }
}

/** Sends for `ms`, then kills; adds what was sent to the expectation. */
async function live(
  server: TestServer,
  ms: number,
  rate: number,
  lateFrom: number,
  expectation: Expectation,
): Promise<number> {
  const sender = await Sender.open(server.listen.carbon!);
  const end = performance.now() + ms;
  let late = lateFrom;
  let nextSeries = 0;
  let lastSecond = 0;
  while (performance.now() < end) {
    const time = Math.floor(Date.now() / 1000);
    // Every series once a second, spread over it.
    if (time !== lastSecond) nextSeries = 0;
    lastSecond = time;
    let text = "";
    for (let i = 0; i < PRESENT_SERIES / 40 && nextSeries < PRESENT_SERIES; i++) {
      text += sender.point("load", nextSeries++, time);
    }
    for (let i = 0; i < 10; i++) text += sender.point("late", (late * 10 + i) % LATE_SERIES, late);
    late++;
    if (!sender.isBehind) text += sender.noise(Math.floor((rate * TICK_MS) / 1000), time);
    sender.write(text);
    sender.look();
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const killedAt = performance.now();
  await server.stop("SIGKILL");
  const read = sender.readBefore(killedAt - GRACE_MS);
  for (const sent of sender.sent) expectation.add(sent, sent.endsAt <= read);
  sender.close();
  return late;
}

const kills = option("kills", 20);
const rate = option("rate", 100_000);
const folder = temporaryFolder();
const schemas = `${folder.path}/storage-schemas.conf`;
writeFileSync(schemas, "[all]\npattern = .*\nretentions = 1s:2d\n");
const from = Math.floor(Date.now() / 1000);
let late = from - 80_000;
const expectation = new Expectation();
let failures = 0;
let slowest = 0;
try {
  for (let kill = 1; kill <= kills; kill++) {
    const server = await TestServer.start(`${folder.path}/data`, ["--schemas", schemas]);
    if (kill % 5 === 0) {
      // Also in the middle of a start: this one is not sent anything.
      await server.stop("SIGKILL");
    } else {
      const ms = 300 + Math.random() * 4000;
      late = await live(server, ms, rate, late, expectation);
    }
    const began = performance.now();
    const again = await TestServer.start(`${folder.path}/data`, ["--schemas", schemas]);
    const ready = performance.now() - began;
    slowest = Math.max(slowest, ready);
    const { lost, invented } = await expectation.check(again, from);
    const damaged = /damaged/.test(again.log);
    if (lost + invented > 0 || damaged) failures++;
    const points = [...expectation.must.values()].reduce((sum, times) => sum + times.size, 0);
    console.log(
      `kill ${kill}: ${points} datapoints compared, ${lost} lost, ${invented} invented, ready after ${Math.round(ready)} ms${damaged ? ", DAMAGE" : ""}`,
    );
    await again.stop("SIGKILL");
  }
} finally {
  TestServer.killAll();
  folder.remove();
}
console.log(`${kills} kills, ${failures} failures, slowest start ${Math.round(slowest)} ms`);
process.exit(failures === 0 ? 0 : 1);
