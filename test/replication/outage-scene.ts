import { eventually, TestServer } from "../server.ts";
import { AgentProcess } from "./agent-process.ts";

/**
 * A master and an agent as processes, and what was sent so far. Lines that the agent has on disk are
 * counted only; what a kill finds in a socket is nobody's.
 */
export class OutageScene {
  readonly #folder: string;
  #master: TestServer;
  #agent: AgentProcess;
  readonly #address: string;
  #marker = 0;
  readonly #began = Math.floor(Date.now() / 1000) - 60;
  /** What was sent as events, as samples, and as the last value of carbon. */
  events = 0;
  samples = 0;
  carbon = 0;

  static async begin(folder: string): Promise<OutageScene> {
    const master = await TestServer.start(`${folder}/master`, MASTER_FLAGS);
    const agent = await startAgent(folder, master.listen.istat!);
    const scene = new OutageScene(folder, master, agent);
    await eventually(async () => (agent.log.includes('"connected"') ? true : undefined), 30_000);
    return scene;
  }

  private constructor(folder: string, master: TestServer, agent: AgentProcess) {
    this.#folder = folder;
    this.#master = master;
    this.#agent = agent;
    this.#address = master.listen.istat!;
  }

  /** Resolves when the agent has the lines on disk. */
  async send(count: number): Promise<void> {
    const marker = `marker.${++this.#marker}.`;
    let lines = "";
    for (let i = 1; i <= count; i++) {
      lines += `*outage.events ${i}\noutage.samples ${i}\n`;
      this.events += i;
      this.samples++;
    }
    this.carbon++;
    const now = Math.floor(Date.now() / 1000);
    await this.#agent.send("carbon", `outage.Carbon ${this.carbon} ${now}\n`);
    await this.#agent.send("istat", `#role web\n${lines}${marker} 1\n`);
    await eventually(async () => (this.#agent.hasSpooled(marker) ? true : undefined), 30_000);
  }

  async stopMaster(signal: NodeJS.Signals): Promise<void> {
    await this.#master.stop(signal);
  }

  async startMaster(): Promise<void> {
    const flags = [...MASTER_FLAGS, "--istat-listen", this.#address];
    this.#master = await TestServer.start(`${this.#folder}/master`, flags);
  }

  /** Ends the agent and begins another one on what it has left. */
  async restartAgent(signal: NodeJS.Signals): Promise<void> {
    await this.#agent.stop(signal);
    this.#agent = await startAgent(this.#folder, this.#address);
  }

  async arrived(): Promise<{ events: number; samples: number; carbon: number }> {
    const until = Math.floor(Date.now() / 1000) + 60;
    const of = async (target: string): Promise<number[]> => [
      ...(await this.#master.values(target, this.#began, until)).values(),
    ];
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    return {
      events: Math.round(sum(await of("outage.events")) * 10),
      samples: sum(await of("consolidateBy(outage.samples,'count')")),
      carbon: Math.max(0, ...(await of("outage.Carbon"))),
    };
  }

  /** Waits until the master has all; then some more, in which nothing may come twice. */
  async settle(ms: number): Promise<Awaited<ReturnType<OutageScene["arrived"]>>> {
    await eventually(async () => {
      const { events, carbon } = await this.arrived();
      return events >= this.events && carbon >= this.carbon ? true : undefined;
    }, ms);
    await this.send(1);
    await eventually(async () => {
      const { events } = await this.arrived();
      return events >= this.events ? true : undefined;
    }, ms);
    return this.arrived();
  }

  get sent(): { events: number; samples: number; carbon: number } {
    const { events, samples, carbon } = this;
    return { events, samples, carbon };
  }

  /** What both say of themselves. */
  get log(): string {
    return `${this.#agent.log}\n${this.#master.log}`;
  }

  agents(): Promise<unknown> {
    return fetch(`http://${this.#master.listen.istatHttp}/?a=*`).then((answer) => answer.json());
  }

  metrics(): Promise<string> {
    return fetch(this.#master.url("/metrics")).then((answer) => answer.text());
  }

  async end(): Promise<void> {
    await Promise.all([this.#agent.stop("SIGTERM"), this.#master.stop("SIGTERM")]);
  }
}

const MASTER_FLAGS = ["--wal-sync-ms", "100", "--retention", "10s:1d"];

function startAgent(folder: string, master: string): Promise<AgentProcess> {
  const flags = ["--forward-interval", "1", "--wal-sync-ms", "100"];
  return AgentProcess.start(`${folder}/agent`, master, flags);
}
