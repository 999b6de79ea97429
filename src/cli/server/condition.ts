import type { Logger } from "pino";
import type { RuleFill } from "../../ingest/rule-fills.ts";
import type { ThreadReport } from "../../storage/threads/messages.ts";
import type { Damage } from "../../storage/wal/scan.ts";

/** What the threads have said of themselves: numbers, failures and damaged files. */
export class Condition {
  readonly #log: Logger;
  readonly #failures = new Map<string, string>();
  readonly #numbers: Record<string, number> = {};
  refusals: readonly (readonly [string, number])[] = [];
  fills: readonly RuleFill[] = [];
  readonly damage: string[] = [];
  /** By thread. */
  readonly #shortcomings = new Map<string, readonly string[]>();
  readonly #warnings = new Map<string, readonly string[]>();
  #failureCount = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What does not work at present, and why. */
  get degraded(): string[] {
    return [
      ...[...this.#failures].map(([what, why]) => `${what}: ${why}`),
      ...[...this.#shortcomings].flatMap(([thread, list]) =>
        list.map((one) => `${thread}: ${one}`),
      ),
    ];
  }

  /** What works, but not as its owner may think. */
  get warnings(): string[] {
    return [...this.#warnings.values()].flat();
  }

  get numbers(): Record<string, number> {
    return {
      ...this.#numbers,
      degraded: this.degraded.length,
      failures: this.#failureCount,
    };
  }

  /** What a thread says about itself now takes the place of what it said before. */
  noteState(thread: string, degraded: readonly string[], warnings: readonly string[]): void {
    this.#shortcomings.set(thread, degraded);
    this.#warnings.set(thread, warnings);
  }

  note(numbers: Readonly<Record<string, number>>): void {
    Object.assign(this.#numbers, numbers);
  }

  onReport({ thread, failure, warnings, numbers }: ThreadReport): void {
    this.note(numbers);
    for (const warning of warnings) {
      if (this.#warnings.get(thread)?.includes(warning) !== true)
        this.#log.warn({ thread }, warning);
    }
    this.#warnings.set(thread, warnings);
    this.#follow(thread, failure, "degraded: data stay in memory until this ends");
  }

  /** Why documents cannot be written; null when they can. */
  onDocuments(failure: string | null): void {
    this.#follow("documents", failure, "degraded: events, dashboards and links are refused");
  }

  /** Why the last scheduled snapshot failed; null when it did not. */
  onSnapshot(failure: string | null): void {
    this.#follow("snapshot", failure, "degraded: a scheduled snapshot was not made");
  }

  /** Why what is received cannot be kept for those to whom it is sent on; null when it can. */
  onForward(failure: string | null): void {
    this.#follow("forward", failure, "degraded: what is to be sent on stays in memory");
  }

  #follow(thread: string, failure: string | null, message: string): void {
    const before = this.#failures.get(thread);
    if (failure === null) {
      if (this.#failures.delete(thread)) this.#log.info({ thread }, "recovered from a failure");
    } else if (before !== failure) {
      this.#failures.set(thread, failure);
      this.#failureCount++;
      this.#log.error({ thread, reason: failure }, message);
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
