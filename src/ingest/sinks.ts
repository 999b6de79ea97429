import { type Bucket, emptyBucket } from "../storage/bucket.ts";
import type { NameTable } from "../storage/name-table.ts";
import { EVENT, GAUGE, REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";
import type { Refusal, StoreWriter } from "../storage/store-writer.ts";
import type { StepLearner } from "./step-learner.ts";
import type { Refuse } from "./tcp-receiver.ts";

/**
 * Brings a receiver's datapoints to the store. A series keeps the mode of its first datapoint:
 * what another protocol sends is brought into the shape of that mode here, before it is logged, so
 * that a replay needs to know nothing of it.
 */
export class StoreSink {
  readonly #names: NameTable;
  readonly #writer: StoreWriter;
  readonly #series: SeriesTable;
  readonly #learner: StepLearner;
  readonly #refuse: Refuse;
  readonly #bucket = emptyBucket();
  received = 0;
  /** Datapoints of carbon that went to an istat counter, and samples of istat to a carbon series. */
  modeMismatches = 0;

  constructor(
    names: NameTable,
    writer: StoreWriter,
    series: SeriesTable,
    learner: StepLearner,
    refuse: Refuse,
  ) {
    this.#names = names;
    this.#writer = writer;
    this.#series = series;
    this.#learner = learner;
    this.#refuse = refuse;
  }

  /** A datapoint of carbon. */
  point(name: number, time: number, value: number, mantissa: number, decimals: number): void {
    this.received++;
    const series = this.#names.seriesOf(name);
    const refusal =
      series >= 0
        ? this.#writer.point(series, time, value, mantissa, decimals)
        : this.#names.targetsOf(name).refusal;
    if (refusal !== null) {
      this.#refuseLine(name, refusal);
      return;
    }
    const plan = this.#series.planOf[series]!;
    if (plan === this.#learner.plan) this.#learner.point(series, time);
    else if (this.#series.plans.mode[plan] !== REPLACE) this.modeMismatches++;
  }

  /** A single sample of istat. */
  sample(name: number, time: number, value: number): void {
    this.#istat(name, time, value, null);
  }

  /** A set of samples of istat. */
  bucket(
    name: number,
    time: number,
    sum: number,
    sumOfSquares: number,
    min: number,
    max: number,
    count: number,
  ): void {
    const bucket = this.#bucket;
    bucket.count = count;
    bucket.slots = 1;
    bucket.sum = sum;
    bucket.min = min;
    bucket.max = max;
    // The line does not say which sample was the last one; the mean stands for it.
    bucket.last = sum / count;
    bucket.m2 = Math.max(0, sumOfSquares - (sum * sum) / count);
    this.#istat(name, time, bucket.last, bucket);
  }

  /** A line counts as refused once, however many of its counters have refused it. */
  #istat(name: number, time: number, value: number, bucket: Bucket | null): void {
    this.received++;
    const single = this.#names.seriesOf(name);
    let refusal: string | null;
    if (single >= 0) {
      refusal = this.#put(single, time, value, bucket);
    } else {
      const targets = this.#names.targetsOf(name);
      refusal = targets.refusal;
      for (const series of targets.series) {
        const reason = this.#put(series, time, value, bucket);
        refusal ??= reason;
      }
    }
    if (refusal !== null) this.#refuseLine(name, refusal);
  }

  /** `value` is the sample, or the mean of the set in `bucket`. */
  #put(series: number, time: number, value: number, bucket: Bucket | null): Refusal | null {
    const mode = this.#modeOf(series);
    if (mode === GAUGE && bucket !== null) return this.#writer.bucketSample(series, time, bucket);
    // Events add up: a set of them is one event of their sum.
    const single = mode === EVENT && bucket !== null ? bucket.sum : value;
    const isInteger =
      Number.isInteger(single) && Math.abs(single) < 2 ** 48 && !Object.is(single, -0);
    const refusal = this.#writer.point(
      series,
      time,
      single,
      isInteger ? single : 0,
      isInteger ? 0 : -1,
    );
    if (mode === REPLACE && refusal === null) this.modeMismatches++;
    return refusal;
  }

  #modeOf(series: number): number {
    return this.#series.plans.mode[this.#series.planOf[series]!]!;
  }

  #refuseLine(name: number, reason: string): void {
    this.#refuse(reason, () => this.#names.textOf(name));
  }
}
