import { emptyBucket } from "../storage/bucket.ts";
import type { NameTable } from "../storage/name-table.ts";
import type { StoreWriter } from "../storage/store-writer.ts";

type Refuse = (reason: string, sample?: () => string) => void;

/** Brings a receiver's datapoints to the store. */
export class StoreSink {
  readonly #names: NameTable;
  readonly #writer: StoreWriter;
  readonly #refuse: Refuse;
  readonly #bucket = emptyBucket();
  received = 0;

  constructor(names: NameTable, writer: StoreWriter, refuse: Refuse) {
    this.#names = names;
    this.#writer = writer;
    this.#refuse = refuse;
  }

  point(name: number, time: number, value: number, mantissa: number, decimals: number): void {
    this.received++;
    const series = this.#names.seriesOf(name);
    if (series < 0) {
      this.#refuse("name-refused");
      return;
    }
    const refusal = this.#writer.point(series, time, value, mantissa, decimals);
    if (refusal !== null) this.#refuse(refusal);
  }

  sample(name: number, time: number, value: number): void {
    this.received++;
    const isInteger = Number.isInteger(value) && Math.abs(value) < 2 ** 48 && !Object.is(value, -0);
    for (const series of this.#names.targetsOf(name)) {
      const refusal = this.#writer.point(
        series,
        time,
        value,
        isInteger ? value : 0,
        isInteger ? 0 : -1,
      );
      if (refusal !== null) this.#refuse(refusal);
    }
  }

  bucket(
    name: number,
    time: number,
    sum: number,
    sumOfSquares: number,
    min: number,
    max: number,
    count: number,
  ): void {
    this.received++;
    const bucket = this.#bucket;
    bucket.count = count;
    bucket.slots = 1;
    bucket.sum = sum;
    bucket.min = min;
    bucket.max = max;
    // The line does not say which sample was the last one; the mean stands for it.
    bucket.last = sum / count;
    bucket.m2 = Math.max(0, sumOfSquares - (sum * sum) / count);
    for (const series of this.#names.targetsOf(name)) {
      const refusal = this.#writer.bucketSample(series, time, bucket);
      if (refusal !== null) this.#refuse(refusal);
    }
  }
}
