import { Readable } from "node:stream";

/** The newest points: what is wrong with targets, and series, both as JSON. */
export interface LivePoints {
  errors: Buffer;
  series: Buffer;
}

export interface LiveOptions {
  /** Milliseconds between two looks. */
  lookMs: number;
  /** After so long without an event there is a comment, lest somebody takes the connection for dead. */
  heartbeatMs: number;
  /** A reader that leaves something unread for longer is dropped. */
  patienceMs: number;
  /** Then the stream ends, and the page comes back, if it still may. */
  lifeMs: number;
}

/** Bytes that are unread when no more are made. */
const MAX_UNREAD_BYTES = 65_536;
/** After a look that failed. */
const FAILED_MS = 10_000;

/**
 * Server-sent events of the newest points of some targets: one whenever they have changed. A look is
 * taken only when the one before is over and its event is read, so that nothing piles up.
 */
export class LiveStream {
  readonly readable: Readable;
  readonly #look: () => Promise<LivePoints>;
  readonly #options: LiveOptions;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #last: LivePoints = { errors: Buffer.from("[]"), series: Buffer.alloc(0) };
  readonly #beganMs = performance.now();
  #saidMs = performance.now();
  #readMs = performance.now();

  /** `onEnd` is told whether the reader was too slow. */
  constructor(
    look: () => Promise<LivePoints>,
    options: LiveOptions,
    onEnd: (isSlow: boolean) => void,
  ) {
    this.#look = look;
    this.#options = options;
    this.readable = new Readable({ read: () => {}, highWaterMark: MAX_UNREAD_BYTES });
    this.readable.on("close", () => {
      this.#isOver = true;
      clearTimeout(this.#timer);
      onEnd(this.readable.errored !== null);
    });
    // A reader that is dropped is no fault.
    this.readable.on("error", () => {});
    this.#say("retry: 3000\n\n");
    void this.#turn();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.readable.push(null);
  }

  async #turn(): Promise<void> {
    const { lookMs, heartbeatMs, patienceMs, lifeMs } = this.#options;
    const now = performance.now();
    if (now - this.#beganMs > lifeMs) {
      this.end();
      return;
    }
    let waitMs = lookMs;
    if (this.readable.readableLength > 0) {
      if (now - this.#readMs > patienceMs) {
        this.readable.destroy(new Error("the reader is too slow"));
        return;
      }
    } else {
      this.#readMs = now;
      waitMs = (await this.#tell()) ? lookMs : Math.max(lookMs, FAILED_MS);
      if (!this.#isOver && performance.now() - this.#saidMs > heartbeatMs) this.#say(":\n\n");
    }
    if (!this.#isOver) this.#timer = setTimeout(() => void this.#turn(), waitMs);
  }

  /** Looks, and tells what is new; false when it could not. */
  async #tell(): Promise<boolean> {
    const until = Math.floor(Date.now() / 1000);
    let points: LivePoints;
    let hasFailed = false;
    try {
      points = await this.#look();
    } catch (error) {
      const message = error instanceof Error ? error.message : "the points cannot be read";
      const errors = Buffer.from(JSON.stringify([{ target: null, message, column: null }]));
      points = { errors, series: this.#last.series };
      hasFailed = true;
    }
    if (this.#isOver) return true;
    const { errors, series } = points;
    if (!errors.equals(this.#last.errors)) this.#say(`event: errors\ndata: ${errors}\n\n`);
    if (!series.equals(this.#last.series)) {
      const time = Date.now() / 1000;
      this.#say(`event: points\ndata: {"time":${time},"until":${until},"series":${series}}\n\n`);
    }
    this.#last = points;
    return !hasFailed;
  }

  #say(text: string): void {
    this.#saidMs = performance.now();
    this.readable.push(text);
  }
}
