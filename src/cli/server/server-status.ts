import type { OperateDoor, SeriesBounds, ServerStatus } from "../../http/ui/doors.ts";
import type { SeriesCreator } from "../../ingest/series-creators.ts";
import type { IstatAgent } from "../../model/istat-agent.ts";
import type { SlowQuery } from "../../query/slow-queries.ts";
import type { Condition } from "./condition.ts";

const SAMPLE_SECONDS = 10;
/** An hour of them. */
const MAX_SAMPLES = 360;
const MAX_LINES = 100;
const HOUR = 3600;
const DAY = 86_400;
const BOUND_SECONDS = 60;

/** What the status needs of the rest of the server. */
export interface StatusParts {
  version: string;
  condition: Condition;
  state(): string;
  numbers(): Record<string, number>;
  slowQueries(): readonly SlowQuery[];
  /** One above the highest number of a series; 0 while the store is not back. */
  nextSeries(): number;
  agents(): Promise<readonly IstatAgent[]>;
}

/** How the server does and did: totals of the last hour, and what was refused lately. */
export class ServerStatusLog implements OperateDoor {
  readonly #parts: StatusParts;
  readonly #startedAt = Date.now() / 1000;
  readonly #timer: NodeJS.Timeout;
  #history: ServerStatus["history"][number][] = [];
  #lines: ServerStatus["refusedLines"][number][] = [];
  /** How many series there were, a minute apart, for a day. */
  #bounds: { time: number; next: number }[] = [];
  creators: readonly SeriesCreator[] = [];

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_SECONDS * 1000);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A line that was refused, as it was logged. */
  refused(fields: object): void {
    const { protocol, reason, sample, count } = fields as Record<string, unknown>;
    const line = {
      time: Date.now() / 1000,
      protocol: String(protocol),
      reason: String(reason),
      sample: String(sample),
      count: Number(count),
    };
    this.#lines = [line, ...this.#lines].slice(0, MAX_LINES);
  }

  status(): ServerStatus {
    const { version, condition, state, numbers, slowQueries } = this.#parts;
    return {
      version,
      state: state(),
      startedAt: this.#startedAt,
      time: Date.now() / 1000,
      degraded: condition.degraded,
      warnings: condition.warnings,
      damage: condition.damage,
      numbers: numbers(),
      history: [...this.#history, this.#now()],
      refusals: condition.refusals.map(([key, count]) => {
        const [protocol = "", reason = ""] = key.split(" ");
        return { protocol, reason, count };
      }),
      refusedLines: this.#lines,
      slowQueries: slowQueries(),
      creators: this.creators,
    };
  }

  agents(): Promise<readonly IstatAgent[]> {
    return this.#parts.agents();
  }

  seriesBounds(): SeriesBounds {
    const now = Date.now() / 1000;
    return { hour: this.#boundAt(now - HOUR), day: this.#boundAt(now - DAY) };
  }

  #sample(): void {
    this.#history = [...this.#history, this.#now()].slice(-MAX_SAMPLES);
    const time = Date.now() / 1000;
    const next = this.#parts.nextSeries();
    const last = this.#bounds.at(-1);
    if (next === 0 || (last !== undefined && time - last.time < BOUND_SECONDS)) return;
    this.#bounds = [...this.#bounds.filter((one) => one.time > time - DAY - HOUR), { time, next }];
  }

  #now(): ServerStatus["history"][number] {
    const numbers = this.#parts.numbers();
    const of = (...names: string[]): number =>
      names.reduce((sum, name) => sum + (numbers[name] ?? 0), 0);
    return {
      time: Date.now() / 1000,
      received: of("carbon_points_received", "pickle_points_received", "istat_points_received"),
      refused: this.#parts.condition.refusals.reduce((sum, [, count]) => sum + count, 0),
      series: of("series"),
      queries: of("query_jobs"),
      cpu: of("cpu_seconds"),
    };
  }

  /** The newest count that is at least that old. */
  #boundAt(time: number): number | null {
    return this.#bounds.findLast((one) => one.time <= time)?.next ?? null;
  }
}
