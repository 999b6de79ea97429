import type { Environment } from "../../../src/storage/environment.ts";
import { randomOf, SimulatedFiles } from "../simulated-files.ts";

/** A world with its own clock and disk; every write may be the last one. */
export class World {
  /** Milliseconds; may go back, while the monotonic clock may not. */
  wall = 1_700_000_000_000;
  monotonic = 0;
  readonly random: () => number;
  files: SimulatedFiles;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.files = new SimulatedFiles(seed);
  }

  get environment(): Environment {
    const clock = { wallMs: () => this.wall, monotonicMs: () => this.monotonic };
    return { clock, files: this.files };
  }

  /** Seconds. */
  get now(): number {
    return Math.floor(this.wall / 1000);
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    this.wall += milliseconds;
    this.monotonic += milliseconds;
  }

  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
