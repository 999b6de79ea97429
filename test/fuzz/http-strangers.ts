import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { splitAddress, type TestServer } from "../server.ts";
import { Chance } from "./chance.ts";
import { type OddRequest, oddRequest, type Routes } from "./http-requests.ts";

export interface StrangersReport {
  requests: number;
  /** How often each status was answered. */
  statuses: Record<number, number>;
  problems: string[];
  /** Resident memory after a third and at the end, MiB. */
  memory: [number, number];
}

/** A listener, and the routes that are asked for there; without, those of /openapi.json. */
export interface Door {
  listener: string;
  routes?: Routes;
}

const GRAPHITE: Door = { listener: "http" };

const query = (...names: string[]): { parameters: { name: string; in: string }[] } => ({
  parameters: names.map((name) => ({ name, in: "query" })),
});
const RANGE = ["start", "end", "samples", "format", "trailing"];

/** istatd's API, in which any path may be the name of a counter. */
export const ISTAT: Door = {
  listener: "istatHttp",
  routes: {
    paths: {
      "/{counter}": { get: query(...RANGE), post: query("s", "a") },
      "/fuzz.a.load": { get: query(...RANGE, "q", "s", "a", "f") },
      "/": { get: query("q", "s", "a", "f", "sk", "sv") },
      "/*": { post: query("start", "stop", "keys", "maxSamples") },
      "/files/{name}": { get: {} },
      "/_/{name}": { get: {} },
    },
  },
};

/** Bytes that are no HTTP, or nearly. */
const NO_HTTP: readonly string[] = [
  "\r\n\r\n",
  "GET / HTTP/9.9\r\n\r\n",
  "GET\r\n\r\n",
  "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
  "POST /render HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "POST /render HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  "GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n",
  `GET /${"a".repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(70_000)}\r\n\r\n`,
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

/** Sends odd requests to every route, as fast as a few connections can, and judges every answer. */
export async function meetStrangers(
  server: TestServer,
  { requests, seconds, seed }: { requests: number; seconds: number; seed: number },
  { door = GRAPHITE, authorization }: { door?: Door; authorization?: string } = {},
): Promise<StrangersReport> {
  const chance = new Chance(seed);
  const routes = door.routes ?? ((await server.json("/openapi.json")) as Routes);
  const address = splitAddress(server.listen[door.listener]!);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const report: StrangersReport = { requests: 0, statuses: {}, problems: [], memory: [0, 0] };
  const end = performance.now() + seconds * 1000;
  const isOver = (): boolean => report.requests >= requests || performance.now() > end;
  const note = (what: OddRequest | string, status: number, text: string): void => {
    report.statuses[status] = (report.statuses[status] ?? 0) + 1;
    const problem = problemOf(status, text);
    if (problem === null) return;
    const shown = typeof what === "string" ? what : `${what.method} ${what.path}`;
    report.problems.push(`${problem}: ${shown.slice(0, 300)} -> ${status} ${text.slice(0, 300)}`);
  };
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const number = ++report.requests;
      if (number === Math.floor(requests / 3)) report.memory[0] = residentMib(server);
      if (chance.happens(0.03)) {
        const bytes = chance.pick(NO_HTTP);
        const text = await exchange(address, bytes);
        const [, status] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
        // A connection that is closed without a word is an answer, too.
        if (status !== undefined) note(JSON.stringify(bytes), Number(status), text);
        continue;
      }
      const odd = oddRequest(chance, routes);
      if (authorization !== undefined && chance.happens(0.8)) {
        odd.headers.authorization = authorization;
      }
      try {
        const { status, text } = await send(address, odd, agent);
        note(odd, status, text);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        // What Node's own client refuses to send, and what it cannot read to its end.
        if (/^ERR_/.test(code)) continue;
        report.problems.push(`${String(error)}: ${odd.method} ${odd.path.slice(0, 300)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  agent.destroy();
  report.memory[1] = residentMib(server);
  const { status } = await fetch(server.url("/health"));
  if (status !== 200) report.problems.push(`/health answers ${status} afterwards`);
  return report;
}

/** Documented answers only, and nothing of our insides. */
function problemOf(status: number, text: string): string | null {
  const isDocumented = (status >= 200 && status < 500) || status === 501 || status === 503;
  if (!isDocumented) return "undocumented status";
  if (/\n\s+at |node_modules|\.js:\d+|file:\/\/\//.test(text)) return "a stack";
  if (status >= 400 && text.includes(process.cwd())) return "a path";
  return null;
}

type Address = [host: string, port: number];

function send(
  [host, port]: Address,
  { method, path, headers, body }: OddRequest,
  agent: Agent,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    if (body !== null) headers["content-length"] ??= String(body.length);
    const options = { host, port, method, path, headers, agent, timeout: 70_000 };
    const sent = request(options, (answer) => {
      const chunks: Buffer[] = [];
      const isEndless = String(answer.headers["content-type"]).startsWith("text/event-stream");
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (!isEndless) return;
        // The beginning of a stream is enough of it.
        resolve({ status: answer.statusCode ?? 0, text: chunk.toString("latin1") });
        answer.destroy();
      });
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("latin1") });
      });
    });
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error("no answer in 70 seconds")));
    sent.end(body ?? undefined);
  });
}

/** What comes back for bytes until the connection is closed, or for half a second. */
function exchange([host, port]: Address, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, host, () => socket.write(Buffer.from(bytes, "latin1")));
    const timer = setTimeout(() => socket.destroy(), 500);
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

function residentMib(server: TestServer): number {
  const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
