import { isoTime, spanText } from "../../model/time-text.ts";

/** Datapoints that a damaged piece takes away. */
export interface Loss {
  /** Of the tier, seconds; its retention is not known from a StatFile alone. */
  step: number;
  retention: number | null;
  /** The slots start in [from, until), seconds. */
  from: number;
  until: number;
  /** Null when they cannot be counted any more. */
  series: number | null;
}

/** A piece of a file that cannot be trusted. */
export interface Fault {
  offset: number;
  what: string;
}

export interface Problem extends Fault {
  /** Path below the data directory. */
  file: string;
  /** What it costs, in words; `loss` has the same in numbers where they are known. */
  cost: string;
  loss: Loss | null;
}

/** Who is told what a check finds, while it goes on. */
export interface CheckEvents {
  problem(problem: Problem): void;
  /** Something to know that is no problem. */
  note(text: string): void;
  /** So many of all bytes are done. */
  progress(done: number, total: number): void;
}

/** Counts what is found on its way to whoever listens. */
export class Findings {
  readonly #events: CheckEvents;
  readonly #total: number;
  #done = 0;
  problems = 0;

  /** `total` is in bytes, of all that will be read. */
  constructor(events: CheckEvents, total: number) {
    this.#events = events;
    this.#total = total;
  }

  problem(file: string, offset: number, what: string, cost: string): void {
    this.problems++;
    this.#events.problem({ file, offset, what, cost, loss: null });
  }

  lost(file: string, offset: number, what: string, loss: Loss): void {
    this.problems++;
    this.#events.problem({ file, offset, what, cost: `lost: ${lossText(loss)}`, loss });
  }

  note(text: string): void {
    this.#events.note(text);
  }

  read(bytes: number): void {
    this.#done += bytes;
    this.#events.progress(this.#done, Math.max(this.#total, this.#done));
  }
}

export function lossText({ step, retention, from, until, series }: Loss): string {
  const kept = retention === null ? "" : `:${spanText(retention)}`;
  const range = from < until ? `, ${isoTime(from)} to ${isoTime(until)}` : "";
  return `${countText(series)}, tier ${spanText(step)}${kept}${range}`;
}

function countText(series: number | null): string {
  if (series === null) return "all series in it";
  return series === 1 ? "1 series" : `${series} series`;
}
