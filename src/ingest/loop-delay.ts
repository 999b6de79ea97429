import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 2;
const MINUTE_SECONDS = 60;

/** How long a thread is busy at a time, minute by minute: what was slow an hour ago is over. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #began: number;
  #lastMinute: number | null = null;

  /** `seconds` is of a clock that only grows. */
  constructor(seconds: number) {
    this.#began = seconds;
    this.#histogram.enable();
  }

  /**
   * 99th percentile of the last whole minute, milliseconds; in the first minute of what there is.
   * To be asked at least once a minute.
   */
  p99Ms(seconds: number): number {
    const present = this.#histogram.percentile(99) / 1e6;
    if (seconds - this.#began >= MINUTE_SECONDS) {
      this.#lastMinute = present;
      this.#began = seconds;
      this.#histogram.reset();
    }
    return this.#lastMinute ?? present;
  }

  end(): void {
    this.#histogram.disable();
  }
}
