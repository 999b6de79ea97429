import type { Window } from "../functions/define.ts";
import { GraphiteError } from "../model/errors.ts";

/** What the calls of a request leave behind for those that are evaluated after them. */
export class RequestState {
  /** How often something was changed that later calls see. */
  changes = 0;
  #xFilesFactor: number;
  /** By window and name. */
  readonly #stacks = new Map<string, number[]>();
  readonly #maxDatapoints: number;
  #made = 0;

  constructor(xFilesFactor: number, maxDatapoints: number) {
    this.#xFilesFactor = xFilesFactor;
    this.#maxDatapoints = maxDatapoints;
  }

  get xFilesFactor(): number {
    return this.#xFilesFactor;
  }

  set xFilesFactor(value: number) {
    this.#xFilesFactor = value;
    this.changes++;
  }

  /** What has been stacked under a name in a window, by point. */
  stack(name: string, window: Window): number[] {
    this.changes++;
    const key = `${window.from} ${window.until} ${name}`;
    const totals = this.#stacks.get(key) ?? [];
    this.#stacks.set(key, totals);
    return totals;
  }

  /** Announces datapoints that a function makes. @throws GraphiteError ERR_LIMIT_DATAPOINTS */
  reserve(datapoints: number): void {
    this.#made += datapoints;
    if (this.#made <= this.#maxDatapoints) return;
    const message = `${datapoints} datapoints are too many: use longer steps or a shorter range`;
    throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
  }
}
