import type { IstatAgent } from "../model/istat-agent.ts";
import type { StreamDecoder } from "./tcp-receiver.ts";

/** Those that have left: how many are remembered, and for how long. */
const MAX_GONE = 100;
const MAX_GONE_SECONDS = 25 * 3600;
/** Characters of meta lines in a list; agents beyond are listed without theirs. */
const MAX_META_CHARACTERS = 8 << 20;

/** A decoder of istat lines, as far as agents go. */
interface Decoder {
  readonly meta: ReadonlyMap<string, string>;
  push(chunk: Buffer): void;
  end(): void;
}

interface Agent {
  peer: string;
  connected: number;
  heard: number;
  meta: ReadonlyMap<string, string>;
}

/** The clients that send istat lines, and for a while those that did. */
export class Agents {
  readonly #now: () => number;
  readonly #online = new Set<Agent>();
  /** Oldest first. */
  #gone: Agent[] = [];
  #datagrams: Agent | null = null;

  /** `now` gives the present in whole seconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A decoder of a connection whose peer is an agent from now on. */
  connected(peer: string, decoder: Decoder): StreamDecoder {
    const agent = this.#agent(peer, decoder.meta);
    this.#online.add(agent);
    return {
      push: (chunk) => {
        agent.heard = this.#now();
        decoder.push(chunk);
        return null;
      },
      end: () => {
        decoder.end();
        this.#online.delete(agent);
        this.#gone = [...this.#gone, agent].slice(-MAX_GONE);
      },
    };
  }

  /** Datagrams have come, all of them to one decoder. */
  heardDatagram(meta: ReadonlyMap<string, string>): void {
    this.#datagrams ??= this.#agent("udp", meta);
    this.#datagrams.heard = this.#now();
  }

  /** In the order in which they came, those that have left first. */
  list(): IstatAgent[] {
    const oldest = this.#now() - MAX_GONE_SECONDS;
    this.#gone = this.#gone.filter(({ heard }) => heard >= oldest);
    let characters = 0;
    const shown = (agent: Agent, isOnline: boolean): IstatAgent => {
      const { peer, connected, heard } = agent;
      for (const [key, value] of agent.meta) characters += key.length + value.length;
      const meta = characters > MAX_META_CHARACTERS ? {} : Object.fromEntries(agent.meta);
      return { peer, isOnline, connected, heard, meta };
    };
    const online = this.#datagrams === null ? [] : [this.#datagrams];
    return [
      ...this.#gone.map((agent) => shown(agent, false)),
      ...[...online, ...this.#online].map((agent) => shown(agent, true)),
    ];
  }

  #agent(peer: string, meta: ReadonlyMap<string, string>): Agent {
    const now = this.#now();
    return { peer, connected: now, heard: now, meta };
  }
}
