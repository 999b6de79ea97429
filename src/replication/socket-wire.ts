import { connect, type Socket } from "node:net";
import type { Forwarder, Wire } from "./forwarder.ts";
import type { Destination } from "./messages.ts";

/** A connection of TCP to a receiver, one at a time. */
export class SocketWire implements Wire {
  readonly #destination: Destination;
  readonly #now: () => number;
  readonly #forwarder: () => Forwarder;
  #socket: Socket | null = null;

  constructor(destination: Destination, now: () => number, forwarder: () => Forwarder) {
    this.#destination = destination;
    this.#now = now;
    this.#forwarder = forwarder;
  }

  connect(): void {
    const socket = connect({ ...this.#destination, noDelay: true, keepAlive: true });
    this.#socket = socket;
    let reason = "it has closed the connection";
    socket.setEncoding("latin1");
    // Of a connection that was given up nothing is heard any more.
    const isPresent = (): boolean => this.#socket === socket;
    socket.on("connect", () => {
      if (isPresent()) this.#forwarder().connected(this.#now());
    });
    socket.on("data", (text: string) => {
      if (isPresent()) this.#forwarder().received(text, this.#now());
    });
    socket.on("drain", () => {
      if (isPresent()) this.#forwarder().drained(this.#now());
    });
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      if (!isPresent()) return;
      this.#socket = null;
      this.#forwarder().closed(this.#now(), reason);
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }

  send(bytes: Buffer | string): void {
    this.#socket?.write(bytes);
  }

  unsent(): number {
    return this.#socket?.writableLength ?? 0;
  }
}
