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
  /** It has met the name of a host that is refused. */
  readonly isStopped: boolean;
  refusesHost: (host: string) => boolean;
  push(chunk: Buffer): void;
  end(): void;
}

interface Agent {
  peer: string;
  isBlacklisted: boolean;
  connected: number;
  heard: number;
  meta: ReadonlyMap<string, string>;
}

/** The clients that send istat lines, and for a while those that did. */
export class Agents {
  readonly #now: () => number;
  readonly #isBlacklisted: (host: string) => boolean;
  readonly #online = new Set<Agent>();
  /** Oldest first. */
  #gone: Agent[] = [];
  #datagrams: Agent | null = null;

  /** `now` gives the present in whole seconds; `isBlacklisted` says whose lines are refused. */
  constructor(now: () => number, isBlacklisted: (host: string) => boolean = () => false) {
    this.#now = now;
    this.#isBlacklisted = isBlacklisted;
  }

  /** A decoder of a connection whose peer is an agent from now on. */
  connected(peer: string, decoder: Decoder): StreamDecoder {
    const agent = this.#agent(peer, decoder.meta);
    this.#online.add(agent);
    decoder.refusesHost = this.#isBlacklisted;
    return {
      push: (chunk) => {
        agent.heard = this.#now();
        const host = decoder.meta.get("hostname");
        // The list may have changed since it said its name.
        const isRefused = host !== undefined && this.#isBlacklisted(host);
        if (!isRefused) decoder.push(chunk);
        if (!isRefused && !decoder.isStopped) return null;
        agent.isBlacklisted = true;
        return "host-blacklisted";
      },
      end: () => {
        decoder.end();
        this.#online.delete(agent);
        this.#gone = [...this.#gone, agent].slice(-MAX_GONE);
      },
    };
  }

  /** Datagrams have come, all of them to one decoder. */
  heardDatagram(decoder: Pick<Decoder, "meta" | "refusesHost">): void {
    this.#datagrams ??= this.#agent("udp", decoder.meta);
    this.#datagrams.heard = this.#now();
    decoder.refusesHost = this.#isBlacklisted;
  }

  /** Forgets those that have left, but for the last `count` of them; and those of more seconds ago. */
  purge(count: number, seconds: number): void {
    const oldest = this.#now() - seconds;
    this.#gone = count === 0 ? [] : this.#gone.slice(-count);
    this.#gone = this.#gone.filter(({ heard }) => heard >= oldest);
  }

  /** In the order in which they came, those that have left first. */
  list(): IstatAgent[] {
    const oldest = this.#now() - MAX_GONE_SECONDS;
    this.#gone = this.#gone.filter(({ heard }) => heard >= oldest);
    let characters = 0;
    const shown = (agent: Agent, isOnline: boolean): IstatAgent => {
      const { peer, connected, heard, isBlacklisted } = agent;
      for (const [key, value] of agent.meta) characters += key.length + value.length;
      const meta = characters > MAX_META_CHARACTERS ? {} : Object.fromEntries(agent.meta);
      return { peer, isOnline, isBlacklisted, connected, heard, meta };
    };
    const online = this.#datagrams === null ? [] : [this.#datagrams];
    return [
      ...this.#gone.map((agent) => shown(agent, false)),
      ...[...online, ...this.#online].map((agent) => shown(agent, true)),
    ];
  }

  #agent(peer: string, meta: ReadonlyMap<string, string>): Agent {
    const now = this.#now();
    return { peer, isBlacklisted: false, connected: now, heard: now, meta };
  }
}
