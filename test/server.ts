import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A statite of its own: a real process, ports picked by the system, data in a temporary folder. */
export class TestServer {
  readonly process: ChildProcess;
  readonly listen: Record<string, string>;
  readonly #log: string[];

  static readonly #running = new Set<ChildProcess>();

  private constructor(process: ChildProcess, listen: Record<string, string>, log: string[]) {
    this.process = process;
    this.listen = listen;
    this.#log = log;
  }

  static async start(dataDir: string, flags: readonly string[] = []): Promise<TestServer> {
    const ports = ["http", "carbon", "pickle", "istat", "istat-http"].flatMap((name) => [
      `--${name}-listen`,
      "127.0.0.1:0",
    ]);
    const args = [
      "dist/src/cli/main.js",
      "serve",
      "--data-dir",
      dataDir,
      "--max-series",
      "200000",
      ...ports,
      ...flags,
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    TestServer.#running.add(child);
    child.on("exit", () => TestServer.#running.delete(child));
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on("line", (line) => log.push(line));
    const ready = new Promise<Record<string, string>>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        if (!line.includes('"event":"ready"')) return;
        resolve((JSON.parse(line) as { listen: Record<string, string> }).listen);
      });
      child.on("exit", (code) => reject(new Error(`exit ${code}: ${log.join("\n")}`)));
    });
    return new TestServer(child, await ready, log);
  }

  /** Ends what a failed test has left behind. */
  static killAll(): void {
    for (const child of TestServer.#running) child.kill("SIGKILL");
  }

  get log(): string {
    return this.#log.join("\n");
  }

  url(path: string): string {
    return `http://${this.listen.http}${path}`;
  }

  async json(path: string): Promise<unknown> {
    const answer = await fetch(this.url(path));
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
    return JSON.parse(text);
  }

  /** Known values of a target, by time. */
  async values(target: string, from: number, until: number): Promise<Map<number, number>> {
    const query = new URLSearchParams({
      target,
      from: String(from),
      until: String(until),
      format: "json",
    });
    const list = (await this.json(`/render?${query}`)) as {
      datapoints: [number | null, number][];
    }[];
    const values = new Map<number, number>();
    for (const { datapoints } of list) {
      for (const [value, time] of datapoints) if (value !== null) values.set(time, value);
    }
    return values;
  }

  /** Sends bytes over TCP and waits until the server has the end of them. */
  send(listener: string, bytes: string | Buffer): Promise<void> {
    const [host, port] = splitAddress(this.listen[listener]!);
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => socket.end(bytes));
      socket.on("close", () => resolve());
      socket.on("error", reject);
      socket.resume();
    });
  }

  sendDatagram(listener: string, bytes: string | Buffer): Promise<void> {
    const [host, port] = splitAddress(this.listen[listener]!);
    const socket = createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.send(bytes, port, host, (error) => {
        socket.close();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Ends the server; gives its exit code, null after a signal. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const done = new Promise<number | null>((resolve) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null)
        resolve(this.process.exitCode);
      else this.process.on("exit", (code) => resolve(code));
    });
    this.process.kill(signal);
    return done;
  }
}

export function splitAddress(address: string): [host: string, port: number] {
  const at = address.lastIndexOf(":");
  return [address.slice(0, at), Number(address.slice(at + 1))];
}

/** Runs the command line to its end. */
export function runCommand(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["dist/src/cli/main.js", ...args], {
      env: { ...process.env, ...environment },
    });
    let text = "";
    child.stdout.on("data", (chunk) => (text += String(chunk)));
    child.stderr.on("data", (chunk) => (text += String(chunk)));
    child.on("close", (code) => resolve({ code, text }));
  });
}

/** Waits until `check` gives something else than undefined. */
export async function eventually<T>(check: () => Promise<T | undefined>, ms = 10_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const result = await check();
    if (result !== undefined) return result;
    if (Date.now() > end) throw new Error("it did not come to pass");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "statite-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
