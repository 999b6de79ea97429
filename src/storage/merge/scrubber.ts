import type { Clock } from "../environment.ts";

/** What a scrub has done; of the last one, or of the one that runs. */
export interface ScrubResult {
  files: number;
  bytes: number;
  seconds: number;
}

/** Bytes after which others may work. */
const BYTES_PER_STEP = 1 << 20;

/**
 * Looks at StatFiles one after the other, so many bytes a second: all of them when a scrub begins,
 * and single ones that somebody has found damaged. A step machine like the merger.
 */
export class Scrubber {
  readonly #clock: Clock;
  readonly #list: () => Iterable<string>;
  readonly #examine: (file: string) => Generator<number>;
  readonly #bytesPerSecond: number;
  readonly #done: (result: ScrubResult) => void;
  #suspects: string[] = [];
  #files: string[] | null = null;
  #running: Generator<number> | null = null;
  #isOfScrub = false;
  #beganMs = 0;
  #next = 0;
  #bytes = 0;
  /** Since the start. */
  scrubbedFiles = 0;
  scrubbedBytes = 0;

  /** `examine` reads a file and gives the bytes of each piece; it deals with damage itself. */
  constructor(
    clock: Clock,
    list: () => Iterable<string>,
    examine: (file: string) => Generator<number>,
    bytesPerSecond: number,
    done: (result: ScrubResult) => void,
  ) {
    this.#clock = clock;
    this.#list = list;
    this.#examine = examine;
    this.#bytesPerSecond = bytesPerSecond;
    this.#done = done;
  }

  get isRunning(): boolean {
    return this.#files !== null;
  }

  /** Begins a scrub; one that runs goes on. */
  begin(): void {
    if (this.#files !== null) return;
    this.#files = [...this.#list()];
    this.#next = 0;
    this.#bytes = 0;
    this.#beganMs = this.#clock.monotonicMs();
  }

  /** Looks at a file before all others. */
  suspect(file: string): void {
    if (!this.#suspects.includes(file)) this.#suspects.push(file);
  }

  /** "more": call again soon; "wait": it is ahead of its pace; "idle": nothing is to be done. */
  step(): "more" | "wait" | "idle" {
    if (this.#running === null) {
      const suspect = this.#suspects.shift();
      const file = suspect ?? this.#files?.[this.#next];
      if (file === undefined) {
        this.#finish();
        return "idle";
      }
      this.#isOfScrub = suspect === undefined;
      if (this.#isOfScrub) {
        if (this.#isAhead()) return "wait";
        this.#next++;
      }
      this.#running = this.#examine(file);
    }
    if (this.#isOfScrub && this.#isAhead()) return "wait";
    try {
      for (let bytes = 0; bytes < BYTES_PER_STEP; ) {
        const piece = this.#running.next();
        if (piece.done === true) {
          this.#running = null;
          if (this.#isOfScrub) this.scrubbedFiles++;
          break;
        }
        bytes += piece.value;
        if (!this.#isOfScrub) continue;
        this.#bytes += piece.value;
        this.scrubbedBytes += piece.value;
      }
    } catch (error) {
      this.#running = null;
      throw error;
    }
    return "more";
  }

  #isAhead(): boolean {
    const seconds = (this.#clock.monotonicMs() - this.#beganMs) / 1000;
    return this.#bytes > seconds * this.#bytesPerSecond + BYTES_PER_STEP;
  }

  #finish(): void {
    if (this.#files === null) return;
    const seconds = Math.round((this.#clock.monotonicMs() - this.#beganMs) / 1000);
    const result = { files: this.#files.length, bytes: this.#bytes, seconds };
    this.#files = null;
    this.#done(result);
  }
}
