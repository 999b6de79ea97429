import type { Clock } from "../environment.ts";

/** Milliseconds before a job that failed (a full disk) is tried again. */
const RETRY_MS = 60_000;

/** Jobs that are not tried for the next minute, by their names. */
export class Postponed {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: string): void {
    this.#until.set(name, this.#clock.monotonicMs() + RETRY_MS);
  }

  delete(name: string): void {
    this.#until.delete(name);
  }

  has(name: string): boolean {
    return this.#until.has(name);
  }

  get isEmpty(): boolean {
    return this.#until.size === 0;
  }

  /** Those whose minute is over may be tried again. */
  refresh(): void {
    const now = this.#clock.monotonicMs();
    for (const [name, until] of this.#until) if (until <= now) this.#until.delete(name);
  }
}
