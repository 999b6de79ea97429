import type { PrometheusNaming, PrometheusSeries } from "../model/prometheus-name.ts";
import { prometheusSeries } from "../model/prometheus-name.ts";
import type { SampleSink } from "../protocols/doors.ts";
import type { NameTable } from "../storage/name-table.ts";

/** Sums of events begin anew beyond this, as istatd's do. */
const MAX_SUM = 4_294_967_295;
/** Seconds after which a series that got nothing is forgotten. */
const FORGET_SECONDS = 86_400;
const FIRST_CAPACITY = 1024;

export interface MetricExportOptions extends PrometheusNaming {
  maxSeries: number;
}

/** What has been received since the start, by the number of a series. */
export interface ExportedValues {
  /** Sums of events; newest samples of gauges. */
  values: Float64Array;
  /** Of those samples, seconds. */
  times: Float64Array;
  /** When something came last, seconds. */
  heard: Float64Array;
  /** What was not told yet: numbers that mean a series now, and those that mean none any more. */
  news: (readonly [number: number, series: PrometheusSeries | null])[];
  /** Samples that found no room. */
  dropped: number;
}

/**
 * What istat lines say, as Prometheus wants it: of events their sum since the start, of gauges their
 * newest sample. It looks at what goes to the store, and costs nothing where nobody asks for it but
 * a look-up a line.
 */
export class MetricExport {
  readonly #names: NameTable;
  readonly #options: MetricExportOptions;
  readonly #now: () => number;
  /** By series; null: the number is free. */
  readonly #series: (PrometheusSeries | null)[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #news = new Set<number>();
  #values = new Float64Array(FIRST_CAPACITY);
  #times = new Float64Array(FIRST_CAPACITY);
  #heard = new Float64Array(FIRST_CAPACITY);
  #isEvent = new Uint8Array(FIRST_CAPACITY);
  /** By name: the series, or -1 - place in the lists of several. */
  #byName = new Map<number, number>();
  #lists: Int32Array[] = [];
  #generation = 0;
  #dropped = 0;
  #present = 0;

  /** `now` gives the present in whole seconds. */
  constructor(names: NameTable, options: MetricExportOptions, now: () => number) {
    this.#names = names;
    this.#options = options;
    this.#now = now;
    this.#present = now();
  }

  /** A sink that also sees what goes to `sink`. */
  beside(sink: SampleSink): SampleSink {
    return {
      sample: (name, time, value) => {
        this.#take(name, time, value, value);
        sink.sample(name, time, value);
      },
      bucket: (name, time, sum, sumOfSquares, min, max, count) => {
        this.#take(name, time, sum, sum / count);
        sink.bucket(name, time, sum, sumOfSquares, min, max, count);
      },
    };
  }

  /** To be called about every second: the clock of what comes, and what was silent for a day. */
  turn(): void {
    this.#present = this.#now();
    for (let number = 0; number < this.#series.length; number++) {
      if (this.#series[number] === null) continue;
      if (this.#present - this.#heard[number]! > FORGET_SECONDS) this.#forget(number);
    }
  }

  /** All values, and what is new since the last time. */
  answer(): ExportedValues {
    const count = this.#series.length;
    const news = [...this.#news].map((number) => [number, this.#series[number]!] as const);
    this.#news.clear();
    return {
      values: this.#values.slice(0, count),
      times: this.#times.slice(0, count),
      heard: this.#heard.slice(0, count),
      news,
      dropped: this.#dropped,
    };
  }

  #take(name: number, time: number, sum: number, mean: number): void {
    if (this.#generation !== this.#names.generation) {
      this.#generation = this.#names.generation;
      this.#forgetNames();
    }
    const known = this.#byName.get(name) ?? this.#meet(name);
    if (known >= 0) {
      this.#put(known, time, sum, mean);
      return;
    }
    const list = this.#lists[-1 - known]!;
    for (let i = 0; i < list.length; i++) this.#put(list[i]!, time, sum, mean);
  }

  #put(number: number, time: number, sum: number, mean: number): void {
    this.#heard[number] = this.#present;
    if (this.#isEvent[number] === 1) {
      const grown = this.#values[number]! + sum;
      this.#values[number] = grown > MAX_SUM ? sum : grown;
    } else if (time >= this.#times[number]!) {
      this.#values[number] = mean;
      this.#times[number] = time;
    }
  }

  /** A name that comes for the first time, or whose number the table gives away again. */
  #meet(name: number): number {
    const found = prometheusSeries(this.#names.textOf(name), this.#options);
    const list = [...new Set(found.map((one) => this.#numberOf(one)))].filter((one) => one >= 0);
    const isSingle = list.length === 1;
    if (list.length < found.length) this.#dropped++;
    // Of a name that is not kept, and of one that found no room, nothing is remembered.
    if (!this.#names.isKept(name) || list.length < found.length) {
      if (isSingle) return list[0]!;
      this.#lists[0] = Int32Array.from(list);
      return -1;
    }
    const meaning = isSingle ? list[0]! : -this.#lists.push(Int32Array.from(list));
    this.#byName.set(name, meaning);
    return meaning;
  }

  /** -1 where there is no room for another one. */
  #numberOf(series: PrometheusSeries): number {
    const key = keyOf(series);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#free.length === 0 && this.#series.length >= this.#options.maxSeries) return -1;
    const number = this.#free.pop() ?? this.#series.length;
    if (number >= this.#values.length) this.#grow();
    this.#series[number] = series;
    this.#numbers.set(key, number);
    this.#values[number] = 0;
    this.#times[number] = Number.NEGATIVE_INFINITY;
    this.#isEvent[number] = series.isEvent ? 1 : 0;
    this.#news.add(number);
    return number;
  }

  #forget(number: number): void {
    this.#numbers.delete(keyOf(this.#series[number]!));
    this.#series[number] = null;
    this.#free.push(number);
    this.#news.add(number);
    // Names may still lead to it.
    this.#forgetNames();
  }

  #forgetNames(): void {
    this.#byName = new Map();
    // The first place is that of a name which is not remembered.
    this.#lists = [new Int32Array(0)];
  }

  #grow(): void {
    const grown = <T extends Float64Array | Uint8Array>(from: T, to: T): T => {
      to.set(from as never);
      return to;
    };
    const capacity = this.#values.length * 2;
    this.#values = grown(this.#values, new Float64Array(capacity));
    this.#times = grown(this.#times, new Float64Array(capacity));
    this.#heard = grown(this.#heard, new Float64Array(capacity));
    this.#isEvent = grown(this.#isEvent, new Uint8Array(capacity));
  }
}

/** Names that are written differently may mean the same series. */
function keyOf({ metric, labels, isEvent }: PrometheusSeries): string {
  return `${isEvent ? "*" : ""}${metric}\n${labels
    .map(([name, value]) => `${name}\n${value}`)
    .sort()
    .join("\n")}`;
}
