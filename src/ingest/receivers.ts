import type { Agents } from "./agents.ts";
import { BatchStream } from "./batch-stream.ts";
import type { Batches } from "./batches.ts";
import type { Decoders } from "./intake.ts";
import type { Listen } from "./messages.ts";
import type { RefusalLog } from "./refusal-log.ts";
import {
  DEFAULT_IDLE_SECONDS,
  DEFAULT_MAX_CONNECTIONS,
  type NewDecoder,
  type Pressure,
  type StreamDecoder,
  TcpReceiver,
} from "./tcp-receiver.ts";
import { UdpReceiver } from "./udp-receiver.ts";

export interface ListenAddresses {
  carbon: Listen;
  pickle: Listen;
  istat: Listen;
}

/** All receivers, without `batches` those that take no numbered ones: opens them one after the other, and closes them together. */
export class Receivers {
  readonly #intake: Decoders;
  readonly #refusals: RefusalLog;
  readonly #pressure: Pressure;
  readonly #agents: Agents;
  readonly #batches: Batches | null;
  readonly #tcp: TcpReceiver[] = [];
  readonly #udp: UdpReceiver[] = [];
  readonly #addresses: Record<string, string> = {};
  #opening: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    intake: Decoders,
    refusals: RefusalLog,
    pressure: Pressure,
    agents: Agents,
    batches: Batches | null,
  ) {
    this.#batches = batches;
    this.#agents = agents;
    this.#intake = intake;
    this.#refusals = refusals;
    this.#pressure = pressure;
  }

  /** Resolves with the addresses that are listened on. @throws Error naming flag and address */
  async listen(addresses: ListenAddresses): Promise<Record<string, string>> {
    this.#opening = this.#openAll(addresses);
    await this.#opening;
    return this.#addresses;
  }

  /** Loses nothing that was read over TCP. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // A listener that opens just now is closed like all others; whoever opens it hears of a failure.
    await this.#opening.catch(() => {});
    await Promise.all([...this.#tcp, ...this.#udp].map((receiver) => receiver.close()));
  }

  get numbers(): Record<string, number> {
    const sum = <T>(list: readonly T[], count: (item: T) => number): number =>
      list.reduce((total, item) => total + count(item), 0);
    return {
      connections: sum(this.#tcp, (receiver) => receiver.connections),
      udp_datagrams: sum(this.#udp, (receiver) => receiver.datagrams),
      udp_dropped: sum(this.#udp, (receiver) => receiver.dropped),
      udp_dropped_by_kernel: sum(this.#udp, (receiver) => receiver.kernelDrops()),
    };
  }

  async #openAll({ carbon, pickle, istat }: ListenAddresses): Promise<void> {
    const intake = this.#intake;
    await this.#openTcp("carbon", carbon, () => neverClosing(intake.newPlaintext()));
    await this.#openUdp("carbon", carbon, intake.newPlaintext());
    await this.#openTcp("pickle", pickle, () => intake.newPickle());
    await this.#openTcp("istat", istat, (peer, reply) => {
      const lines = this.#agents.connected(peer, intake.newIstat());
      return this.#batches === null ? lines : new BatchStream(lines, this.#batches, reply);
    });
    const datagrams = intake.newIstat();
    await this.#openUdp("istat", istat, {
      pushDatagram: (datagram) => {
        this.#agents.heardDatagram(datagrams);
        datagrams.pushDatagram(datagram);
      },
    });
  }

  async #openTcp(name: string, address: Listen, newDecoder: NewDecoder): Promise<void> {
    if (address === null || this.#isClosed) return;
    const receiver = new TcpReceiver(
      { ...address, maxConnections: DEFAULT_MAX_CONNECTIONS, idleSeconds: DEFAULT_IDLE_SECONDS },
      (peer, reply) => this.#noted(peer, newDecoder(peer, reply)),
      this.#pressure,
      this.#refusals.forProtocol(name).refuse,
    );
    this.#addresses[name] = await opened(name, address, receiver);
    this.#tcp.push(receiver);
  }

  /** Whoever sends new names is known by its host. */
  #noted(peer: string, decoder: StreamDecoder): StreamDecoder {
    const { creators } = this.#intake;
    const sender = peer.slice(0, peer.lastIndexOf(":"));
    return {
      push: (chunk) => {
        creators.sender = sender;
        return decoder.push(chunk);
      },
      end: () => {
        creators.sender = sender;
        decoder.end();
      },
    };
  }

  /** The same port as TCP; with port 0 the one that TCP was given. */
  async #openUdp(
    name: string,
    address: Listen,
    decoder: { pushDatagram(datagram: Buffer): void },
  ): Promise<void> {
    if (address === null || this.#isClosed) return;
    const tcp = this.#addresses[name]!;
    const port = Number(tcp.slice(tcp.lastIndexOf(":") + 1));
    const receiver = new UdpReceiver(
      { host: address.host, port },
      (datagram) => {
        this.#intake.creators.sender = "udp";
        decoder.pushDatagram(datagram);
      },
      this.#pressure,
      this.#refusals.forProtocol(name).refuse,
    );
    await opened(name, address, receiver);
    this.#udp.push(receiver);
  }
}

async function opened(
  name: string,
  { host, port }: { host: string; port: number },
  receiver: { listen(): Promise<string> },
): Promise<string> {
  try {
    return await receiver.listen();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--${name}-listen ${host}:${port} cannot be opened: ${reason}`);
  }
}

function neverClosing(decoder: { push(chunk: Buffer): void; end(): void }): StreamDecoder {
  return {
    push: (chunk) => {
      decoder.push(chunk);
      return null;
    },
    end: () => decoder.end(),
  };
}
