import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { splitAddress } from "../server.ts";

export const STEP = 10;
export const SERIES_PER_GROUP = 1000;
/** Late datapoints go to these series, over and over to the same slots of hours that are over. */
export const LATE_SERIES = 10;
export const LATE_SLOTS = 2000;
const TICKS_PER_ROUND = 200;
/** After a kill what may not have been read is sent again: this round and the one before. */
const ROUNDS_AGAIN = 1;

export function nameOf(series: number): string {
  return `soak.g${Math.floor(series / SERIES_PER_GROUP)}.s${series % SERIES_PER_GROUP}`;
}

/** An integer, so that sums are exact. */
export function valueAt(series: number, round: number): number {
  return (series * 7 + round * 13) % 1009;
}

/**
 * Sends a value of every series in every ten seconds, evenly over them, over one connection; and a
 * few late ones. Rounds are counted from `start`, seconds.
 */
export class Load {
  readonly #series: number;
  readonly #lateStart: number;
  readonly start: number;
  #socket: Socket | null = null;
  #tick = 0;
  /** Late datapoints of each late series that were sent. */
  late = 0;
  points = 0;

  constructor(series: number, start: number, lateStart: number) {
    this.#series = series;
    this.start = start;
    this.#lateStart = lateStart;
  }

  /** Rounds that were sent to their end. */
  get rounds(): number {
    return Math.floor(this.#tick / TICKS_PER_ROUND);
  }

  async connect(address: string): Promise<void> {
    const [host, port] = splitAddress(address);
    const socket = connect(port, host);
    await once(socket, "connect");
    socket.on("error", () => {
      // The server was killed.
    });
    this.#socket = socket;
  }

  /** The server is gone; the next sending begins with what it may not have read. */
  disconnect(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#tick = Math.max(0, this.rounds - ROUNDS_AGAIN) * TICKS_PER_ROUND;
    this.late = Math.max(0, this.late - TICKS_PER_ROUND * 2);
  }

  /** Sends what is due at `now`, seconds, but no more than a hundredth of a round. */
  async turn(now: number): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    const due = Math.floor(((now - this.start) / STEP) * TICKS_PER_ROUND);
    for (let i = 0; i < 2 && this.#tick < due; i++) {
      if (!socket.write(this.#lines())) await drained(socket);
      if (this.#socket !== socket) return;
    }
  }

  #lines(): string {
    const round = this.rounds;
    const part = this.#tick % TICKS_PER_ROUND;
    const from = Math.floor((this.#series * part) / TICKS_PER_ROUND);
    const to = Math.floor((this.#series * (part + 1)) / TICKS_PER_ROUND);
    const time = this.start + round * STEP;
    let text = "";
    for (let series = from; series < to; series++) {
      text += `${nameOf(series)} ${valueAt(series, round)} ${time}\n`;
    }
    for (let series = 0; series < LATE_SERIES; series++) {
      text += `soak.late.s${series} 1 ${this.#lateStart + (this.late % LATE_SLOTS) * STEP}\n`;
    }
    this.late++;
    this.#tick++;
    this.points += to - from + LATE_SERIES;
    return text;
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off("drain", go);
      socket.off("close", go);
      resolve();
    };
    socket.once("drain", go);
    socket.once("close", go);
  });
}
