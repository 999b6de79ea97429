import { createServer, type Server, type Socket } from "node:net";

/** Decodes one connection's bytes; made anew for every connection. */
export interface StreamDecoder {
  /** Returns why the connection must be closed, or null to go on. */
  push(chunk: Buffer): string | null;
  /** The peer has closed; what is unfinished is lost. */
  end(): void;
}

/** Says when the store cannot take more, and when it can again. */
export interface Pressure {
  isFull(): boolean;
  /** Calls `resume` once when there is room again. */
  onRoom(resume: () => void): void;
}

export interface TcpReceiverOptions {
  host: string;
  port: number;
  maxConnections: number;
  idleSeconds: number;
}

export const DEFAULT_MAX_CONNECTIONS = 10_000;
export const DEFAULT_IDLE_SECONDS = 900;

/**
 * Receives one protocol over TCP. Back-pressure: while the store is full a connection that has sent
 * something is paused with that one chunk held back, so a slow store costs each client at most a
 * socket buffer and drops nothing.
 */
export class TcpReceiver {
  readonly #server: Server;
  readonly #options: TcpReceiverOptions;
  readonly #newDecoder: (peer: string) => StreamDecoder;
  readonly #pressure: Pressure;
  readonly #refuse: (reason: string, sample?: () => string) => void;
  readonly #sockets = new Set<Socket>();
  bytesReceived = 0;
  connectionsAccepted = 0;

  constructor(
    options: TcpReceiverOptions,
    newDecoder: (peer: string) => StreamDecoder,
    pressure: Pressure,
    refuse: (reason: string, sample?: () => string) => void,
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
    return this.#sockets.size;
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
   * client was told is delivered is not left behind.
   */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // One more turn of the event loop reads what has arrived.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.connectionsAccepted++;
    this.#sockets.add(socket);
    const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    const decoder = this.#newDecoder(peer);
    /** What came while the store was full, in order. */
    let held: Buffer[] = [];
    const decode = (chunk: Buffer): void => {
      const closing = decoder.push(chunk);
      if (closing === null) return;
      this.#refuse(closing, () => `connection from ${peer} closed`);
      socket.destroy();
    };
    const resume = (): void => {
      if (socket.destroyed) return;
      const chunks = held;
      held = [];
      for (const chunk of chunks) take(chunk);
      if (held.length === 0) socket.resume();
    };
    const take = (chunk: Buffer): void => {
      if (held.length === 0 && !this.#pressure.isFull()) {
        decode(chunk);
        return;
      }
      socket.pause();
      if (held.push(chunk) === 1) this.#pressure.onRoom(resume);
    };
    socket.on("data", (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      take(chunk);
    });
    socket.setTimeout(this.#options.idleSeconds * 1000, () => {
      this.#refuse("idle", () => `connection from ${peer} closed`);
      socket.destroy();
    });
    socket.on("error", () => {
      // A reset by the peer; "close" follows.
    });
    socket.on("close", () => {
      this.#sockets.delete(socket);
      decoder.end();
    });
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
