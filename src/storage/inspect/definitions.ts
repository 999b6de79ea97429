import type { Plan } from "../plan.ts";
import type { RecordVisitor } from "../wal/decoder.ts";

const DEFINED = 1;
const USED = 2;
const DELETED = 4;

/** Above every series number that a store can have. */
const MAX_SERIES = 100_000_000;
/** Ranges of numbers that a text lists at most. */
const MAX_RANGES = 8;

/** What log and catalogue define, and what log and StatFiles have data of. */
export class Definitions implements RecordVisitor {
  readonly plans = new Map<number, Plan>();
  /** By plan: sections of StatFiles that are of it. */
  readonly usedPlans = new Map<number, number>();
  /** Series that are defined and not deleted. */
  seriesCount = 0;
  #flags = new Uint8Array(1 << 12);

  plan(number: number, plan: Plan): void {
    if (!this.plans.has(number)) this.plans.set(number, plan);
  }

  series(series: number): void {
    if (this.#flag(series, DEFINED) && !this.#has(series, DELETED)) this.seriesCount++;
  }

  delete(deleted: readonly number[]): void {
    for (const series of deleted) {
      if (this.#flag(series, DELETED) && this.#has(series, DEFINED)) this.seriesCount--;
    }
  }

  point(series: number): void {
    this.#flag(series, USED);
  }

  bucket(series: number): void {
    this.#flag(series, USED);
  }

  epoch(): void {}
  open(): void {}
  cut(): void {}
  freeze(): void {}
  state(): void {}
  batch(): void {}

  /** A StatFile has data of the series. */
  use(series: number): void {
    this.#flag(series, USED);
  }

  usePlan(number: number): void {
    this.usedPlans.set(number, (this.usedPlans.get(number) ?? 0) + 1);
  }

  /** How many numbers below `next` nothing defines. */
  undefinedBelow(next: number): number {
    let count = 0;
    const end = Math.min(next, MAX_SERIES);
    for (let series = 0; series < end; series++) {
      if (!this.#has(series, DEFINED | DELETED)) count++;
    }
    return count;
  }

  /** Series that have data and no definition, and their numbers as a text. */
  nameless(): { count: number; numbers: string } {
    let count = 0;
    const ranges: string[] = [];
    for (let series = 0; series < this.#flags.length; series++) {
      if (this.#flags[series] !== USED) continue;
      const first = series;
      while (this.#flags[series + 1] === USED) series++;
      count += series - first + 1;
      ranges.push(first === series ? `${first}` : `${first} to ${series}`);
    }
    const listed = ranges.slice(0, MAX_RANGES).join(", ");
    return { count, numbers: ranges.length > MAX_RANGES ? `${listed}, …` : listed };
  }

  #has(series: number, flag: number): boolean {
    return ((this.#flags[series] ?? 0) & flag) !== 0;
  }

  /** Whether the flag is new. */
  #flag(series: number, flag: number): boolean {
    if (series < 0 || series >= MAX_SERIES) return false;
    if (series >= this.#flags.length) {
      const grown = new Uint8Array(Math.max(series + 1, this.#flags.length * 2));
      grown.set(this.#flags);
      this.#flags = grown;
    }
    const known = this.#flags[series]!;
    this.#flags[series] = known | flag;
    return (known & flag) === 0;
  }
}
