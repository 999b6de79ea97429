import type { NameTable } from "../../src/protocols/doors.ts";
import { NameTable as StoreNames } from "../../src/storage/name-table.ts";

/** What came out of a decoder, by name as it was sent. */
export interface Received {
  name: string;
  time: number;
  value: number;
  /** Of a bucket: the other numbers. */
  rest?: number[];
}

/** The store's real name table with a sink that writes everything down. */
export class RecordingStore {
  readonly received: Received[] = [];
  readonly refused: string[] = [];
  readonly #texts: string[] = [];
  readonly #names = new StoreNames((raw) => this.#texts.push(raw.toString()) - 1);
  readonly names: NameTable = this.#names;

  point(name: number, time: number, value: number, mantissa: number, decimals: number): void {
    const exact = decimals < 0 ? value : mantissa / 10 ** decimals;
    if (!Object.is(exact, value)) throw new Error(`${mantissa}e-${decimals} is not ${value}`);
    this.received.push({ name: this.#texts[this.#names.seriesOf(name)]!, time, value });
  }

  sample(name: number, time: number, value: number): void {
    this.received.push({ name: this.#texts[this.#names.seriesOf(name)]!, time, value });
  }

  bucket(name: number, time: number, sum: number, ...rest: number[]): void {
    this.received.push({ name: this.#texts[this.#names.seriesOf(name)]!, time, value: sum, rest });
  }

  refuse(reason: string): void {
    this.refused.push(reason);
  }
}
