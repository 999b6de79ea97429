import type { Plan } from "./plan.ts";
import { DELETED_ROOM, RECORD_ROOM, RecordEncoder } from "./wal/encoder.ts";
import { writeU53 } from "./wal/files.ts";
import {
  FRAME_FIRST_LSN,
  FRAME_HEADER_BYTES,
  FRAME_LENGTH,
  FRAME_NEXT_SERIES,
  FRAME_RECORDS,
} from "./wal/format.ts";

/**
 * Definitions (plans, series, epochs, deletes) on their way to the catalogue, in the shape of a log frame.
 * The log holds them too; it may only be dropped when the catalogue has them.
 */
export class CatalogueBuffer {
  #encoder = new RecordEncoder(new Uint8Array(1 << 16));

  constructor() {
    this.#encoder.begin(FRAME_HEADER_BYTES);
  }

  /** Bytes of records that wait. */
  get bytes(): number {
    return this.#encoder.at - FRAME_HEADER_BYTES;
  }

  plan(number: number, plan: Plan): void {
    this.#reserve(RECORD_ROOM + plan.tiers.length * 24);
    this.#encoder.plan(number, plan);
  }

  series(series: number, plan: number, created: number, name: Uint8Array): void {
    this.#reserve(RECORD_ROOM + name.length);
    this.#encoder.series(series, plan, created, name);
  }

  epoch(series: number, from: number, plan: number, isLearned: boolean): void {
    this.#reserve(RECORD_ROOM);
    this.#encoder.epoch(series, from, plan, isLearned);
  }

  delete(series: readonly number[]): void {
    this.#reserve(RECORD_ROOM + series.length * DELETED_ROOM);
    this.#encoder.delete(series);
  }

  /**
   * A frame of all that waits, its crc still to be filled in. With it the catalogue has all
   * definitions of the log below `lsn`.
   */
  take(nextSeries: number, lsn: number): Uint8Array {
    const frame = this.#encoder.bytes.slice(0, this.#encoder.at);
    const view = new DataView(frame.buffer);
    view.setUint32(FRAME_LENGTH, frame.length - FRAME_HEADER_BYTES, true);
    writeU53(view, FRAME_FIRST_LSN, lsn);
    view.setUint32(FRAME_RECORDS, this.#encoder.records, true);
    view.setUint32(FRAME_NEXT_SERIES, nextSeries, true);
    this.#encoder.begin(FRAME_HEADER_BYTES);
    return frame;
  }

  #reserve(bytes: number): void {
    const { at } = this.#encoder;
    if (at + bytes <= this.#encoder.bytes.length) return;
    const grown = new Uint8Array(this.#encoder.bytes.length * 2);
    grown.set(this.#encoder.bytes.subarray(0, at));
    this.#encoder.grow(grown);
    this.#reserve(bytes);
  }
}
