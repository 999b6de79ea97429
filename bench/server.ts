import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const HERE = new URL(".", import.meta.url).pathname;

/** A statite to measure: a process of its own on ports that the system picks. */
export class BenchServer {
  readonly pid: number;
  readonly listen: Record<string, string>;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(
    process: ChildProcess,
    pid: number,
    listen: Record<string, string>,
    folder: string,
  ) {
    this.#process = process;
    this.pid = pid;
    this.listen = listen;
    this.#folder = folder;
  }

  /** @param schemas a storage-schemas.conf */
  static async start(
    schemas?: string,
    folder = mkdtempSync(join(tmpdir(), "statite-bench-")),
  ): Promise<BenchServer> {
    const ports = ["http", "carbon", "pickle", "istat", "istat-http"].flatMap((name) => [
      `--${name}-listen`,
      "127.0.0.1:0",
    ]);
    const main = join(HERE, "..", "src", "cli", "main.js");
    const args = [main, "serve", "--data-dir", folder, "--max-series", "2000000", ...ports];
    if (schemas !== undefined) {
      const file = join(folder, "storage-schemas.conf");
      writeFileSync(file, schemas);
      args.push("--schemas", file);
    }
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    const listen = await new Promise<Record<string, string>>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.includes('"event":"ready"'))
          resolve((JSON.parse(line) as { listen: Record<string, string> }).listen);
      });
      child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    return new BenchServer(child, child.pid!, listen, folder);
  }

  port(listener: string): number {
    const address = this.listen[listener]!;
    return Number(address.slice(address.lastIndexOf(":") + 1));
  }

  async numbers(): Promise<Record<string, number>> {
    const text = await (await fetch(`http://${this.listen.http}/metrics`)).text();
    const numbers: Record<string, number> = {};
    for (const [, name, value] of text.matchAll(/^statite_(\w+) (\S+)$/gm))
      numbers[name!] = Number(value);
    return numbers;
  }

  /** Waits until a counter has reached a value. */
  async reached(name: string, value: number): Promise<void> {
    for (let i = 0; i < 600; i++) {
      if (((await this.numbers())[name] ?? 0) >= value) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${name} never reached ${value}`);
  }

  /** Ends it with SIGKILL and starts it again on the same folder; gives the seconds until it is ready. */
  async restart(): Promise<{ server: BenchServer; seconds: number }> {
    const ended = new Promise((resolve) => this.#process.on("exit", resolve));
    this.#process.kill("SIGKILL");
    await ended;
    const began = performance.now();
    const server = await BenchServer.start(undefined, this.#folder);
    return { server, seconds: (performance.now() - began) / 1000 };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.on("exit", resolve));
    this.#process.kill("SIGTERM");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A receiver to compare with, as a process that says its port and answers a message. */
class ComparedReceiver<Answer> {
  readonly pid: number;
  readonly port: number;
  readonly #process: ChildProcess;

  protected constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.pid = process.pid!;
    this.port = port;
  }

  protected static async fork(script: string): Promise<[ChildProcess, number]> {
    const child = fork(join(HERE, script), { stdio: ["ignore", "pipe", "inherit", "ipc"] });
    const port = await new Promise<number>((resolve) => {
      createInterface({ input: child.stdout! }).once("line", (line) =>
        resolve((JSON.parse(line) as { port: number }).port),
      );
    });
    return [child, port];
  }

  ask(): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) =>
      this.#process.once("message", resolve as (m: unknown) => void),
    );
    this.#process.send("ask");
    return answer;
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }
}

/** The naive receiver. */
export class NaiveReceiver extends ComparedReceiver<{ lines: number }> {
  static async start(): Promise<NaiveReceiver> {
    return new NaiveReceiver(...(await NaiveReceiver.fork("naive-receiver.js")));
  }

  async reached(lines: number): Promise<void> {
    while ((await this.ask()).lines < lines)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A receiver that drops everything. */
export class DropReceiver extends ComparedReceiver<{ p99Ms: number }> {
  static async start(): Promise<DropReceiver> {
    return new DropReceiver(...(await DropReceiver.fork("drop-receiver.js")));
  }
}
