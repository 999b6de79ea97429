import { createServer, type Server, type Socket } from "node:net";

/** Decodes one connection's bytes; made anew for every connection. */
export interface StreamDecoder {
  /** Returns why the connection must be closed, or null to go on. */
  push(chunk: Buffer): string | null;
  /** The peer has closed; what is unfinished is lost. */
  end(): void;
}

/** Sends bytes back to a connection's peer. */
export type Reply = (bytes: string) => void;

/** Makes the decoder of a connection. */
export type NewDecoder = (peer: string, reply: Reply) => StreamDecoder;

/** Says when the store cannot take more, and when it can again. */
export interface Pressure {
  isFull(): boolean;
  /** Calls `resume` once when there is room again. */
  onRoom(resume: () => void): void;
}

export type Refuse = (reason: string, sample?: () => string) => void;

export interface TcpReceiverOptions {
  host: string;
  port: number;
  maxConnections: number;
  idleSeconds: number;
}

export const DEFAULT_MAX_CONNECTIONS = 10_000;
export const DEFAULT_IDLE_SECONDS = 900;

/** Bytes of replies that a peer may leave unread. */
const MAX_UNREAD_BYTES = 65_536;

/** How long a close waits for room for what was read. */
const CLOSE_WAIT_MS = 5000;

/**
 * Receives one protocol over TCP. Back-pressure: while the store is full a connection that has sent
 * something is paused with that one chunk held back, so a slow store costs each client at most a
 * socket buffer and drops nothing.
 */
export class TcpReceiver {
  readonly #server: Server;
  readonly #options: TcpReceiverOptions;
  readonly #newDecoder: NewDecoder;
  readonly #pressure: Pressure;
  readonly #refuse: Refuse;
  readonly #connections = new Set<Connection>();

  constructor(
    options: TcpReceiverOptions,
    newDecoder: NewDecoder,
    pressure: Pressure,
    refuse: Refuse,
  ) {
    this.#options = options;
    this.#newDecoder = newDecoder;
    this.#pressure = pressure;
    this.#refuse = refuse;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = options.maxConnections;
    this.#server.on("drop", () => refuse("too-many-connections"));
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Resolves with the address that is listened on; rejects when it cannot be. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: this.#options.host, port: this.#options.port }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#refuse("accept-failed", () => error.message));
        resolve(addressText(this.#server.address()));
      });
    });
  }

  /**
   * Stops accepting, and reads what the kernel has already taken from the clients: data that a
   * client was told is delivered is not left behind. What is held back because the store is full
   * waits up to `waitMs` for room. After that it is decoded all the same: the store keeps some room
   * back, and each datapoint beyond that is counted as refused.
   */
  async close(waitMs = CLOSE_WAIT_MS): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // One more turn of the event loop reads what has arrived.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (const connection of this.#connections) connection.stopReading();
    const end = performance.now() + waitMs;
    while (performance.now() < end && [...this.#connections].some(({ isHolding }) => isHolding)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const connection of this.#connections) connection.close();
    await closed;
  }

  #accept(socket: Socket): void {
    // Clients that have left may still be here with what they sent, so the server's count is too low.
    if (this.#connections.size >= this.#options.maxConnections) {
      this.#refuse("too-many-connections");
      socket.destroy();
      return;
    }
    const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    const connection = new Connection(
      socket,
      peer,
      this.#newDecoder(peer, (bytes) => {
        if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
        else if (socket.writable) socket.write(bytes);
      }),
      this.#pressure,
      this.#refuse,
      this.#options.idleSeconds * 1000,
      () => this.#connections.delete(connection),
    );
    this.#connections.add(connection);
  }
}

/** One client, until it has left and all that it sent is decoded. */
class Connection {
  readonly #socket: Socket;
  readonly #decoder: StreamDecoder;
  readonly #pressure: Pressure;
  readonly #refuse: Refuse;
  readonly #peer: string;
  readonly #idleMs: number;
  readonly #onEnd: () => void;
  /** What came while the store was full, in order. */
  #held: Buffer[] = [];
  #isStopped = false;
  #isBroken = false;
  #hasLeft = false;

  constructor(
    socket: Socket,
    peer: string,
    decoder: StreamDecoder,
    pressure: Pressure,
    refuse: Refuse,
    idleMs: number,
    onEnd: () => void,
  ) {
    this.#socket = socket;
    this.#decoder = decoder;
    this.#pressure = pressure;
    this.#refuse = refuse;
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
    this.#peer = peer;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.setTimeout(idleMs);
    socket.on("timeout", () => this.#onIdle());
    socket.on("error", () => {
      // A reset by the peer; "close" follows.
    });
    socket.on("close", () => {
      this.#hasLeft = true;
      if (!this.isHolding) this.#end();
    });
  }

  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** From now on only what is held back is still to be decoded. */
  stopReading(): void {
    this.#isStopped = true;
    this.#socket.pause();
  }

  /** Decodes what is held back, room or not, and ends the connection. */
  close(): void {
    for (const chunk of this.#held.splice(0)) this.#decode(chunk);
    this.#socket.destroy();
    if (this.#hasLeft) this.#end();
  }

  #take(chunk: Buffer): void {
    if (!this.isHolding && !this.#pressure.isFull()) {
      this.#decode(chunk);
      return;
    }
    this.#socket.pause();
    if (this.#held.push(chunk) === 1) this.#pressure.onRoom(() => this.#goOn());
  }

  #goOn(): void {
    for (const chunk of this.#held.splice(0)) this.#take(chunk);
    if (this.isHolding) return;
    if (this.#hasLeft) {
      this.#end();
    } else if (!this.#isStopped) {
      this.#socket.setTimeout(this.#idleMs);
      this.#socket.resume();
    }
  }

  #decode(chunk: Buffer): void {
    if (this.#isBroken) return;
    const closing = this.#decoder.push(chunk);
    if (closing === null) return;
    this.#isBroken = true;
    this.#refuse(closing, () => `connection from ${this.#peer} closed`);
    this.#socket.destroy();
  }

  /** A client that waits for us is not idle. */
  #onIdle(): void {
    if (this.isHolding) return;
    this.#refuse("idle", () => `connection from ${this.#peer} closed`);
    this.#socket.destroy();
  }

  #end(): void {
    this.#decoder.end();
    this.#onEnd();
  }
}

export function addressText(address: unknown): string {
  if (address === null || typeof address !== "object") return String(address);
  const {
    address: host,
    port,
    family,
  } = address as {
    address: string;
    port: number;
    family: string;
  };
  return family === "IPv6" ? `[${host}]:${port}` : `${host}:${port}`;
}
