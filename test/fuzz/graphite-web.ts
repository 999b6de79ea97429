import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FuzzSeries } from "./data.ts";

/** The system's Python: that is where packages of the system are. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = "test/fuzz/graphite-web.py";
const START_MS = 120_000;

/** A real graphite-web over whisper files of its own, in a folder; it writes nowhere else. */
export class GraphiteWeb {
  readonly #folder: string;
  #process: ChildProcess | null = null;
  #port = 0;

  readonly #servers: readonly string[];

  private constructor(folder: string, servers: readonly string[]) {
    this.#folder = folder;
    this.#servers = servers;
  }

  /**
   * @param servers as CLUSTER_SERVERS names them
   * @throws Error when it does not come up: is graphite-web installed?
   */
  static async start(folder: string, servers: readonly string[] = []): Promise<GraphiteWeb> {
    const web = new GraphiteWeb(folder, servers);
    await web.#spawn();
    return web;
  }

  /** These series and no others. */
  async load(series: readonly FuzzSeries[]): Promise<void> {
    writeFileSync(join(this.#folder, "series.json"), JSON.stringify(series));
    const loaded = this.#told("loaded");
    this.#process?.stdin?.write("load\n");
    await loaded;
  }

  /** Changes a setting of a server that runs. */
  async set(name: string, value: unknown): Promise<void> {
    const done = this.#told("set");
    this.#process?.stdin?.write(`set ${name} ${JSON.stringify(value)}\n`);
    await done;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  /** For one that hangs in a request. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#spawn();
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async #spawn(): Promise<void> {
    // It ends when its standard input does, so it cannot outlive this process.
    this.#process = spawn(PYTHON, [SCRIPT, this.#folder, ...this.#servers], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const line = await this.#told("ready");
    this.#port = Number(line.split(" ")[1]);
  }

  /** The next line that begins with a word. */
  async #told(word: string): Promise<string> {
    const child = this.#process;
    if (child === null) throw new Error("graphite-web does not run");
    const lines = createInterface({ input: child.stdout! });
    let errors = "";
    const collect = (chunk: unknown): void => {
      errors = (errors + String(chunk)).slice(-4000);
    };
    child.stderr!.on("data", collect);
    const patience = new AbortController();
    const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
    try {
      return await new Promise<string>((resolve, reject) => {
        lines.on("line", (line) => {
          if (line.startsWith(word)) resolve(line);
        });
        // Fails as well when there is no Python to start.
        once(child, "exit", { signal: patience.signal }).then(
          ([code]) => reject(new Error(`graphite-web ended with ${code}: ${errors}`)),
          reject,
        );
      });
    } finally {
      clearTimeout(timer);
      patience.abort();
      lines.close();
      child.stderr!.off("data", collect);
    }
  }
}
