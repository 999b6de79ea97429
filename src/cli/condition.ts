import type { Logger } from "pino";
import type { ThreadReport } from "../storage/threads/messages.ts";
import type { Damage } from "../storage/wal/scan.ts";

/** What the threads have said of themselves: numbers, failures and damaged files. */
export class Condition {
  readonly #log: Logger;
  readonly #failures = new Map<string, string>();
  readonly #numbers: Record<string, number> = {};
  refusals: readonly (readonly [string, number])[] = [];
  readonly damage: string[] = [];
  #failureCount = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What does not work at present, and why. */
  get degraded(): string[] {
    return [...this.#failures].map(([what, why]) => `${what}: ${why}`);
  }

  get numbers(): Record<string, number> {
    return {
      ...this.#numbers,
      degraded: this.#failures.size,
      failures: this.#failureCount,
    };
  }

  note(numbers: Readonly<Record<string, number>>): void {
    Object.assign(this.#numbers, numbers);
  }

  onReport({ thread, failure, numbers }: ThreadReport): void {
    this.note(numbers);
    const before = this.#failures.get(thread);
    if (failure === null) {
      if (this.#failures.delete(thread)) this.#log.info({ thread }, "recovered from a failure");
    } else if (before !== failure) {
      this.#failures.set(thread, failure);
      this.#failureCount++;
      this.#log.error({ thread, reason: failure }, "degraded: data stay in memory until this ends");
    }
  }

  /** A piece of a file that the start could not read. */
  onStartDamage({ file, offset, reason }: Damage): void {
    this.damage.push(`${file} at ${offset}: ${reason}`);
    this.#log.error({ file, offset, reason }, "damaged file: this piece is left out");
  }

  /** Several threads may find the same file damaged. */
  onDamage(file: string, reason: string): void {
    const line = `${file}: ${reason}`;
    if (this.damage.includes(line)) return;
    this.damage.push(line);
    this.#log.error({ file, reason }, "damaged file: it is left out");
  }
}
