import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Logger } from "pino";
import type { Settings } from "../../config/settings.ts";
import { Agents } from "../../ingest/agents.ts";
import { LineTee } from "../../ingest/line-tee.ts";
import { Receivers } from "../../ingest/receivers.ts";
import { RefusalLog } from "../../ingest/refusal-log.ts";
import { AgentIntake } from "../../replication/agent-intake.ts";
import { lockFolder } from "../../storage/lock.ts";
import { ForwardSide } from "../server/forward-side.ts";

const TICK_MS = 100;

/** Receives, and sends everything on, without a store. */
class Agent {
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #forward: ForwardSide;
  readonly #refusals: RefusalLog;
  #tee: LineTee | null = null;
  #receivers: Receivers | null = null;
  #timers: NodeJS.Timeout[] = [];
  /** Connections that wait for room. */
  readonly #waiting: (() => void)[] = [];
  #isEnding = false;
  #finish: (status: number) => void = () => {};
  readonly #finished = new Promise<number>((done) => {
    this.#finish = done;
  });

  constructor(settings: Settings, folder: string, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#forward = new ForwardSide(settings.forward!, settings.walSyncMs, folder, {
      log,
      onFailure: () => {},
    });
    this.#refusals = new RefusalLog(({ protocol, reason, sample, count }) =>
      log.warn({ protocol, reason, count, sample }, "refused"),
    );
    this.#forward.worker.on("exit", () => {
      if (this.#isEnding) return;
      log.fatal("the forward thread ended");
      this.#finish(1);
    });
  }

  async run(): Promise<number> {
    const tee = new LineTee(await this.#forward.start());
    const intake = new AgentIntake(tee, this.#refusals, now);
    const pressure = {
      isFull: () => tee.isFull,
      onRoom: (goOn: () => void) => {
        this.#waiting.push(goOn);
      },
    };
    const receivers = new Receivers(intake, this.#refusals, pressure, new Agents(now), null);
    this.#tee = tee;
    this.#receivers = receivers;
    const listen = await receivers.listen(this.#settings);
    this.#timers.push(
      setInterval(() => {
        tee.flush();
        intake.sweep();
        while (this.#waiting.length > 0 && !tee.isFull) this.#waiting.shift()!();
      }, TICK_MS),
    );
    const { selfMetricsSeconds } = this.#settings;
    if (selfMetricsSeconds > 0) {
      this.#timers.push(setInterval(() => this.#sendNumbers(), selfMetricsSeconds * 1000));
    }
    this.#log.info({ listen, dataDir: this.#settings.dataDir }, "ready");
    process.stdout.write(`${JSON.stringify({ event: "ready", pid: process.pid, listen })}\n`);
    return this.#finished;
  }

  /** Stops receiving, and keeps on disk what is not sent. */
  async shutDown(status: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#log.info("shutting down");
    for (const timer of this.#timers) clearInterval(timer);
    await this.#receivers?.close();
    if (this.#tee !== null) {
      this.#tee.close();
      await this.#forward.closed;
    }
    await this.#forward.worker.terminate();
    this.#finish(status);
  }

  /** `statite.agents.HOST.NAME`, beside what is received. */
  #sendNumbers(): void {
    const prefix = `statite.agents.${hostname().replaceAll(".", "_")}`;
    const refused = [...this.#refusals.counts.values()].reduce((sum, count) => sum + count, 0);
    const { rss } = process.memoryUsage();
    const numbers = {
      ...this.#forward.numbers,
      ...this.#receivers?.numbers,
      refused,
      resident_memory_bytes: rss,
    };
    for (const [name, value] of Object.entries(numbers)) {
      this.#tee?.own(`${prefix}.${name}`, now(), value);
    }
    this.#log.info(numbers, "numbers");
  }
}

/** Runs an agent until a signal ends it; returns the exit status. */
export async function runAgent(settings: Settings, log: Logger): Promise<number> {
  const folder = resolve(settings.dataDir);
  let agent: Agent | null = null;
  // Before the lock: a signal must never leave one behind.
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void agent?.shutDown(0));
  let unlock = (): void => {};
  try {
    mkdirSync(folder, { recursive: true });
    unlock = lockFolder(folder);
    agent = new Agent(settings, folder, log);
    return await agent.run();
  } catch (error) {
    log.fatal(error instanceof Error ? error.message : String(error));
    await agent?.shutDown(1);
    return 1;
  } finally {
    unlock();
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
