import type { BatchMark } from "../batch-marks.ts";
import type { Bucket } from "../bucket.ts";
import type { Plan } from "../plan.ts";
import {
  RECORD_BATCH,
  RECORD_BUCKET,
  RECORD_CUT,
  RECORD_DELETE,
  RECORD_EPOCH,
  RECORD_FREEZE,
  RECORD_LEARNED,
  RECORD_OPEN,
  RECORD_PLAN,
  RECORD_SERIES,
  RECORD_STATE,
  RECORD_TIME,
} from "./format.ts";

/** More than any record without a name or a plan takes. */
export const RECORD_ROOM = 96;
/** As much as a series takes in a record of deletes. */
export const DELETED_ROOM = 5;

/**
 * Writes the records of one frame's payload. Series and time are written as differences from the
 * record before, so the usual datapoint takes 3 to 6 bytes; a new frame begins from nothing.
 */
export class RecordEncoder {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next record goes. */
  at = 0;
  /** Records in the frame; time marks are not records. */
  records = 0;
  #lastTime = 0;
  #lastSeries = -1;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Goes on in a larger buffer that begins with the same bytes. */
  grow(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Begins a payload at `at`. */
  begin(at: number): void {
    this.at = at;
    this.records = 0;
    this.#lastTime = 0;
    this.#lastSeries = -1;
  }

  /** See PointSink in src/protocols/doors.ts for mantissa and decimals. */
  point(series: number, time: number, value: number, mantissa: number, decimals: number): void {
    if (time !== this.#lastTime) this.#time(time);
    const bytes = this.bytes;
    const tagAt = this.at;
    let at = tagAt + 1;
    const delta = (series - this.#lastSeries - 1) | 0;
    this.#lastSeries = series;
    let zigzag = ((delta << 1) ^ (delta >> 31)) >>> 0;
    while (zigzag >= 128) {
      bytes[at++] = zigzag | 128;
      zigzag >>>= 7;
    }
    bytes[at++] = zigzag;
    if (decimals >= 0) {
      let tag = decimals;
      let magnitude = mantissa;
      if (mantissa < 0) {
        magnitude = -mantissa;
        tag |= 8;
      }
      this.view.setUint32(at, magnitude >>> 0, true);
      if (magnitude < 4_294_967_296) {
        const used = (39 - Math.clz32(magnitude)) >>> 3;
        at += used;
        tag |= used << 4;
      } else {
        const high = Math.floor(magnitude / 4_294_967_296);
        this.view.setUint16(at + 4, high, true);
        const used = high < 256 ? 5 : 6;
        at += used;
        tag |= used << 4;
      }
      bytes[tagAt] = tag;
    } else {
      bytes[tagAt] = 0x70;
      this.view.setFloat64(at, value, true);
      at += 8;
    }
    this.at = at;
    this.records++;
  }

  /** A set of samples that merges into its bucket. */
  bucket(series: number, time: number, bucket: Bucket): void {
    if (time !== this.#lastTime) this.#time(time);
    this.bytes[this.at++] = RECORD_BUCKET;
    this.#varint(series);
    this.#varint(bucket.count);
    this.#double(bucket.sum);
    this.#double(bucket.min);
    this.#double(bucket.max);
    this.#double(bucket.last);
    this.#double(bucket.m2);
    this.records++;
  }

  plan(number: number, plan: Plan): void {
    this.bytes[this.at++] = RECORD_PLAN;
    this.#varint(number);
    this.bytes[this.at++] = plan.mode;
    this.bytes[this.at++] = plan.tiers.length;
    for (const tier of plan.tiers) {
      this.#double(tier.step);
      this.#double(tier.retention);
      this.#double(tier.lambda);
    }
    this.records++;
  }

  series(series: number, plan: number, created: number, name: Uint8Array): void {
    this.bytes[this.at++] = RECORD_SERIES;
    this.#varint(series);
    this.#varint(plan);
    this.#varint(created);
    this.#varint(name.length);
    this.bytes.set(name, this.at);
    this.at += name.length;
    this.records++;
  }

  epoch(series: number, from: number, plan: number, isLearned: boolean): void {
    this.bytes[this.at++] = isLearned ? RECORD_LEARNED : RECORD_EPOCH;
    this.#varint(series);
    this.#double(from);
    this.#varint(plan);
    this.records++;
  }

  /** Numbers of series, ascending. */
  delete(series: readonly number[]): void {
    this.bytes[this.at++] = RECORD_DELETE;
    this.#varint(series.length);
    let last = -1;
    for (const number of series) {
      this.#varint(number - last - 1);
      last = number;
    }
    this.records++;
  }

  open(windowClass: number, index: number): void {
    this.bytes[this.at++] = RECORD_OPEN;
    this.bytes[this.at++] = windowClass;
    this.#double(index);
    this.records++;
  }

  cut(windowClass: number, index: number): void {
    this.bytes[this.at++] = RECORD_CUT;
    this.bytes[this.at++] = windowClass;
    this.#double(index);
    this.records++;
  }

  freeze(): void {
    this.bytes[this.at++] = RECORD_FREEZE;
    this.records++;
  }

  batch({ sender, number, lines, heard }: BatchMark): void {
    this.bytes[this.at++] = RECORD_BATCH;
    this.bytes.set(Buffer.from(sender, "hex"), this.at);
    this.at += 16;
    this.#varint(number);
    this.#varint(lines);
    this.#varint(heard);
    this.records++;
  }

  /** A window that is open where a log file begins. */
  state(windowClass: number, index: number, openLsn: number): void {
    this.bytes[this.at++] = RECORD_STATE;
    this.bytes[this.at++] = windowClass;
    this.#double(index);
    this.#double(openLsn);
    this.records++;
  }

  #time(time: number): void {
    this.bytes[this.at++] = RECORD_TIME;
    const delta = time - this.#lastTime;
    this.#varint(delta < 0 ? -2 * delta - 1 : 2 * delta);
    this.#lastTime = time;
  }

  #double(value: number): void {
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** A non-negative integer below 2^53, seven bits a byte, low ones first. */
  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }
}
