import type { Clock } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";

/** Seconds by which the clock may leave the monotonic one before nothing expires any more. */
const MAX_DRIFT_SECONDS = 300;
/** Seconds by which data may be behind the clock. */
const DATA_DELAY_SECONDS = 3600;

/**
 * The time by which data expire: never later than the newest sealed data allow, so that a clock
 * that jumps ahead deletes nothing. While it runs the clock is watched for jumps.
 */
export class RetentionClock {
  readonly #clock: Clock;
  readonly #offsetMs: number;
  problem: string | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.monotonicMs();
  }

  /** Seconds; null while the clock cannot be trusted. */
  now(files: Iterable<FileEntry>): number | null {
    const wallMs = this.#clock.wallMs();
    const drift = Math.round((wallMs - this.#clock.monotonicMs() - this.#offsetMs) / 1000);
    if (Math.abs(drift) > MAX_DRIFT_SECONDS) {
      this.problem = `the clock has jumped by ${drift} seconds: nothing expires until a restart`;
      return null;
    }
    this.problem = null;
    let newest = Number.NEGATIVE_INFINITY;
    for (const { until, imported } of files) {
      // What another store says of the time is no proof of it.
      if (imported === undefined) newest = Math.max(newest, until);
    }
    return Math.min(wallMs / 1000, newest + DATA_DELAY_SECONDS);
  }
}
