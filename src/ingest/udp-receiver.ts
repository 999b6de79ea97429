import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { addressText, type Pressure, type Refuse } from "./tcp-receiver.ts";

/** Bytes that the kernel may hold for us, so that a burst is not dropped while we are busy. */
const RECEIVE_BUFFER_BYTES = 8 << 20;

/** Receives one protocol over UDP. What cannot be stored is dropped and counted: UDP cannot wait. */
export class UdpReceiver {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly #push: (datagram: Buffer) => void;
  readonly #pressure: Pressure;
  readonly #refuse: Refuse;
  datagrams = 0;
  /** Datagrams dropped here because the store was full. */
  dropped = 0;
  #boundPort = 0;

  constructor(
    address: { host: string; port: number },
    push: (datagram: Buffer) => void,
    pressure: Pressure,
    refuse: Refuse,
  ) {
    this.#host = address.host;
    this.#port = address.port;
    this.#push = push;
    this.#pressure = pressure;
    this.#refuse = refuse;
    this.#socket = createSocket({ type: isIPv6(address.host) ? "udp6" : "udp4" });
    this.#socket.on("message", (datagram, from) => this.#take(datagram, from));
  }

  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind(this.#port, this.#host, () => {
        this.#socket.off("error", reject);
        this.#socket.on("error", (error) => this.#refuse("receive-failed", () => error.message));
        try {
          this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
        } catch {
          // The kernel allows less; it keeps its default.
        }
        this.#boundPort = this.#socket.address().port;
        resolve(addressText(this.#socket.address()));
      });
    });
  }

  /** Datagrams that the kernel dropped, from the last column of /proc/net/udp; 0 where it is not. */
  kernelDrops(): number {
    let drops = 0;
    const port = this.#boundPort.toString(16).toUpperCase().padStart(4, "0");
    for (const table of ["/proc/net/udp", "/proc/net/udp6"]) {
      let text: string;
      try {
        text = readFileSync(table, "utf8");
      } catch {
        continue;
      }
      for (const line of text.split("\n").slice(1)) {
        const columns = line.trim().split(/\s+/);
        if (columns[1]?.endsWith(`:${port}`)) drops += Number(columns.at(-1)) || 0;
      }
    }
    return drops;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #take(datagram: Buffer, from: RemoteInfo): void {
    this.datagrams++;
    if (this.#pressure.isFull()) {
      this.dropped++;
      this.#refuse("udp-dropped", () => `a datagram from ${from.address}: the store is full`);
      return;
    }
    this.#push(datagram);
  }
}
