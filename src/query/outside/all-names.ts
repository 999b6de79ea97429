import { NameIndex, type NameIndexMemory } from "../../storage/index/name-index.ts";
import { type OutsideMemory, VERSION } from "./outside-memory.ts";

/**
 * Changes whenever a name of our own store, or a file of another one, comes or goes: a sum of
 * numbers that only grow.
 */
export class AllNames {
  readonly #own: NameIndex;
  readonly #states: readonly Int32Array[];

  constructor(own: NameIndexMemory, others: readonly OutsideMemory[]) {
    this.#own = new NameIndex(own);
    this.#states = others.map(({ state }) => new Int32Array(state));
  }

  get version(): number {
    return this.#states.reduce(
      (sum, state) => sum + Atomics.load(state, VERSION),
      this.#own.version,
    );
  }
}
