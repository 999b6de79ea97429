import type { Window } from "../functions/define.ts";
import { GraphiteError } from "../model/errors.ts";
import type { TimeSeries } from "../model/time-series.ts";

/** Letters of a list's names. */
const MAX_NAME_CHARACTERS = 1 << 27;

/** What the calls of a request leave behind for those that come after them, and what all may take. */
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

  /**
   * Functions can multiply names and series; what they make must stay within reason.
   *
   * @returns datapoints of the list
   * @throws GraphiteError ERR_LIMIT_DATAPOINTS, ERR_EVALUATION for names that are too long
   */
  checkSize(list: readonly TimeSeries[], datapointsBefore = 0): number {
    let characters = 0;
    let datapoints = 0;
    for (const { name, pathExpression, values } of list) {
      characters += name.length + pathExpression.length;
      datapoints += values.length;
    }
    if (characters > MAX_NAME_CHARACTERS) {
      const message = "the names of the series are too long: shorten them with an alias";
      throw new GraphiteError("ERR_EVALUATION", message);
    }
    if (datapointsBefore + datapoints > this.#maxDatapoints) {
      const message = `these are more than ${this.#maxDatapoints} datapoints: ask for less`;
      throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
    }
    return datapoints;
  }
}
