import { createServer, type Server, type Socket } from "node:net";
import { addressText } from "../../ingest/tcp-receiver.ts";

/** What a command answers: lines, without their ends; null to end the connection. */
export type RunCommand = (line: string) => Promise<readonly string[] | null>;

const LF = 10;
const MAX_LINE_BYTES = 65_536;
const MAX_CONNECTIONS = 32;
/** A person may think about the next command for so long. */
const IDLE_MS = 900_000;
/** How a browser speaks, which some page may have sent here. */
const HTTP_LINE = /^[A-Z]+ \S.* HTTP\/\d/;

/**
 * istatd's admin port: commands, one a line, and their answers, in order. Nothing that comes can
 * hang it: a line has a length, a connection ends when it is silent or does not read its answers,
 * and whoever speaks HTTP is sent away, because a web page must not give commands.
 */
export class AdminPort {
  readonly #server: Server;
  readonly #run: RunCommand;
  readonly #sockets = new Set<Socket>();

  constructor(run: RunCommand) {
    this.#run = run;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Resolves with the address that is listened on. */
  listen(address: { host: string; port: number }): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(address, () => resolve(addressText(this.#server.address())));
    });
  }

  get connections(): number {
    return this.#sockets.size;
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    return closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {
      // A reset by the peer; "close" follows.
    });
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    void this.#serve(socket);
  }

  /** Takes nothing more until a command is answered, and the answer is on its way. */
  async #serve(socket: Socket): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    let isSkipping = false;
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        let bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF)) {
          const line = bytes.toString("latin1", 0, end).replace(/\r$/, "");
          bytes = bytes.subarray(end + 1);
          if (isSkipping) isSkipping = false;
          else if (end > MAX_LINE_BYTES) await answer(socket, [TOO_LONG]);
          else if (!(await this.#command(socket, line))) return;
        }
        if (bytes.length > MAX_LINE_BYTES) {
          if (!isSkipping) await answer(socket, [TOO_LONG]);
          isSkipping = true;
          bytes = bytes.subarray(0, 0);
        }
        // A copy: the chunk's memory belongs to the socket.
        rest = Buffer.from(isSkipping ? bytes.subarray(0, 0) : bytes);
      }
      socket.end();
    } catch {
      socket.destroy();
    }
  }

  /** False when the connection has ended. */
  async #command(socket: Socket, line: string): Promise<boolean> {
    if (HTTP_LINE.test(line)) {
      socket.destroy();
      return false;
    }
    const lines = await this.#run(line);
    if (lines === null) {
      socket.end();
      return false;
    }
    await answer(socket, lines);
    return !socket.destroyed;
  }
}

const TOO_LONG = `huh? a line has at most ${MAX_LINE_BYTES} bytes`;

/** Resolves when the peer has taken it; a peer that never does is ended by the silence. */
function answer(socket: Socket, lines: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    socket.write(lines.map((line) => `${line}\r\n`).join(""), "latin1", () => resolve());
  });
}
