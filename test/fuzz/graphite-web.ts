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

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Error when it does not come up: is graphite-web installed? */
  static async start(folder: string, series: readonly FuzzSeries[]): Promise<GraphiteWeb> {
    writeFileSync(join(folder, "series.json"), JSON.stringify(series));
    const web = new GraphiteWeb(folder);
    await web.#spawn();
    return web;
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
    const child = spawn(PYTHON, [SCRIPT, this.#folder], { stdio: ["pipe", "pipe", "pipe"] });
    this.#process = child;
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors = (errors + String(chunk)).slice(-4000);
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      const give = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        give(new Error("graphite-web does not come up"));
      }, START_MS);
      createInterface({ input: child.stdout }).on("line", (line) => {
        const ready = /^ready (\d+)$/.exec(line);
        if (ready === null) return;
        clearTimeout(timer);
        resolve(Number(ready[1]));
      });
      child.on("error", give);
      child.on("exit", (code) => give(new Error(`graphite-web ended with ${code}: ${errors}`)));
    });
  }
}
