import { randomOf } from "../storage/simulated-files.ts";

/** Draws with a seed, so that everything drawn can be drawn again. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** Whether something of this probability happens. */
  happens(probability: number): boolean {
    return this.#random() < probability;
  }

  /** From `low` up to but not including `high`. */
  between(low: number, high: number): number {
    return low + this.#random() * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!;
  }
}
