import { statisticName } from "../statistic.ts";

/**
 * Coarser buckets made of such that are known by one statistic only: that statistic of all of them.
 * An average weighs by known slots. Of different statistics in one bucket the first decides.
 */
export class KnownStatistics {
  readonly #statistic: Uint8Array;
  readonly #value: Float64Array;
  readonly #slots: Float64Array;
  /** When the slot of the newest value starts. */
  readonly #time: Float64Array;

  constructor(buckets: number) {
    this.#statistic = new Uint8Array(buckets);
    this.#value = new Float64Array(buckets);
    this.#slots = new Float64Array(buckets);
    this.#time = new Float64Array(buckets);
  }

  clear(buckets: number): void {
    this.#statistic.fill(0, 0, buckets);
    this.#slots.fill(0, 0, buckets);
  }

  /** Number of the statistic of a bucket; 0 for none. */
  statisticOf(bucket: number): number {
    return this.#statistic[bucket]!;
  }

  valueOf(bucket: number): number {
    return this.#value[bucket]!;
  }

  slotsOf(bucket: number): number {
    return this.#slots[bucket]!;
  }

  add(bucket: number, statistic: number, value: number, slots: number, time: number): void {
    if (this.#statistic[bucket] === 0) {
      this.#statistic[bucket] = statistic;
      this.#value[bucket] = value;
      this.#slots[bucket] = slots;
      this.#time[bucket] = time;
      return;
    }
    const isLater = time >= this.#time[bucket]!;
    const before = this.#value[bucket]!;
    const weight = this.#slots[bucket]!;
    this.#value[bucket] = joined(this.#statistic[bucket]!, before, weight, value, slots, isLater);
    this.#slots[bucket] = weight + slots;
    if (isLater) this.#time[bucket] = time;
  }
}

function joined(
  statistic: number,
  a: number,
  slotsA: number,
  b: number,
  slotsB: number,
  isLater: boolean,
): number {
  switch (statisticName(statistic)) {
    case "sum":
      return a + b;
    case "last":
      return isLater ? b : a;
    case "max":
      return Math.max(a, b);
    case "min":
      return Math.min(a, b);
    case "absmax":
      return Math.abs(b) > Math.abs(a) ? b : a;
    case "absmin":
      return Math.abs(b) < Math.abs(a) ? b : a;
    default:
      return (a * slotsA + b * slotsB) / (slotsA + slotsB);
  }
}
