import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { splitAddress } from "../server.ts";

/** `statite agent` as a process of its own, on ports that the system picks. */
export class AgentProcess {
  readonly process: ChildProcess;
  readonly listen: Record<string, string>;
  readonly #log: string[];
  readonly #dataDir: string;

  static readonly #running = new Set<ChildProcess>();

  private constructor(
    process: ChildProcess,
    listen: Record<string, string>,
    log: string[],
    dataDir: string,
  ) {
    this.process = process;
    this.listen = listen;
    this.#log = log;
    this.#dataDir = dataDir;
  }

  static async start(
    dataDir: string,
    forward: string,
    flags: readonly string[] = [],
  ): Promise<AgentProcess> {
    const ports = ["carbon", "pickle", "istat"].flatMap((name) => [
      `--${name}-listen`,
      "127.0.0.1:0",
    ]);
    const args = ["dist/src/cli/main.js", "agent", "--data-dir", dataDir, "--forward", forward];
    const child = spawn(process.execPath, [...args, ...ports, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    AgentProcess.#running.add(child);
    child.on("exit", () => AgentProcess.#running.delete(child));
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on("line", (line) => log.push(line));
    const ready = new Promise<Record<string, string>>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        if (!line.includes('"event":"ready"')) return;
        resolve((JSON.parse(line) as { listen: Record<string, string> }).listen);
      });
      child.on("exit", (code) => reject(new Error(`exit ${code}: ${log.join("\n")}`)));
    });
    return new AgentProcess(child, await ready, log, dataDir);
  }

  /** Ends what a failed test has left behind. */
  static killAll(): void {
    for (const child of AgentProcess.#running) child.kill("SIGKILL");
  }

  get log(): string {
    return this.#log.join("\n");
  }

  /** Sends bytes over TCP and waits until the agent has the end of them. */
  send(listener: string, bytes: string): Promise<void> {
    const [host, port] = splitAddress(this.listen[listener]!);
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => socket.end(bytes));
      socket.on("close", () => resolve());
      socket.on("error", reject);
      socket.resume();
    });
  }

  /** Whether a text is in one of the files of the spools. */
  hasSpooled(text: string): boolean {
    const folder = join(this.#dataDir, "forward");
    return readdirSync(folder, { recursive: true })
      .filter((name) => String(name).endsWith(".spool"))
      .some((name) => readFileSync(join(folder, String(name))).includes(text));
  }

  /** Ends the agent; gives its exit code, null after a signal. */
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
