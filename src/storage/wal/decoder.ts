import type { BatchMark } from "../batch-marks.ts";
import { type Bucket, emptyBucket } from "../bucket.ts";
import { MAX_TIERS, type Mode, type Plan, type Tier } from "../plan.ts";
import {
  POWERS_OF_TEN,
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

/** Takes the records of a frame, in order, each with its LSN. */
export interface RecordVisitor {
  point(series: number, time: number, value: number, lsn: number): void;
  bucket(series: number, time: number, bucket: Bucket, lsn: number): void;
  plan(number: number, plan: Plan): void;
  series(series: number, plan: number, created: number, name: Uint8Array): void;
  epoch(series: number, from: number, plan: number, isLearned: boolean): void;
  /** Series that end for good, their numbers ascending. */
  delete(series: readonly number[], lsn: number): void;
  open(windowClass: number, index: number, lsn: number): void;
  cut(windowClass: number, index: number, lsn: number): void;
  freeze(lsn: number): void;
  state(windowClass: number, index: number, openLsn: number, lsn: number): void;
  batch(mark: BatchMark, lsn: number): void;
}

/**
 * Decodes the payload at [start, end) of a frame whose crc has been checked.
 *
 * @throws RangeError when a record is unknown or runs over the end: a newer version's frame
 */
export function decodeRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  firstLsn: number,
  visitor: RecordVisitor,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bucket = emptyBucket();
  let at = start;
  let lsn = firstLsn;
  let time = 0;
  let series = -1;

  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
      if (scale > 2 ** 56) throw new RangeError("a number in the log is too long");
    }
  };
  const double = (): number => {
    const value = view.getFloat64(at, true);
    at += 8;
    return value;
  };

  while (at < end) {
    const tag = bytes[at++]!;
    if (tag < 0x80) {
      let zigzag = 0;
      let shift = 0;
      let byte = bytes[at++]!;
      while (byte >= 128) {
        zigzag |= (byte & 127) << shift;
        shift += 7;
        byte = bytes[at++]!;
      }
      zigzag |= byte << shift;
      series = (series + 1 + ((zigzag >>> 1) ^ -(zigzag & 1))) | 0;
      const used = tag >>> 4;
      let value: number;
      if (used === 7) {
        value = view.getFloat64(at, true);
        at += 8;
      } else {
        let magnitude = 0;
        for (let i = used - 1; i >= 0; i--) magnitude = magnitude * 256 + bytes[at + i]!;
        at += used;
        const decimals = tag & 7;
        value = decimals === 0 ? magnitude : magnitude / POWERS_OF_TEN[decimals]!;
        if ((tag & 8) !== 0) value = -value;
      }
      visitor.point(series, time, value, lsn++);
      continue;
    }
    switch (tag) {
      case RECORD_TIME: {
        const zigzag = varint();
        time += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
        break;
      }
      case RECORD_BUCKET: {
        const number = varint();
        bucket.count = varint();
        bucket.slots = 1;
        bucket.sum = double();
        bucket.min = double();
        bucket.max = double();
        bucket.last = double();
        bucket.m2 = double();
        visitor.bucket(number, time, bucket, lsn++);
        break;
      }
      case RECORD_PLAN: {
        const number = varint();
        const mode = bytes[at++]! as Mode;
        const count = bytes[at++]!;
        if (count > MAX_TIERS) throw new RangeError("a plan in the log has too many tiers");
        const tiers: Tier[] = [];
        for (let i = 0; i < count; i++) {
          tiers.push({ step: double(), retention: double(), lambda: double() });
        }
        visitor.plan(number, { mode, tiers });
        lsn++;
        break;
      }
      case RECORD_SERIES: {
        const number = varint();
        const plan = varint();
        const created = varint();
        const length = varint();
        if (at + length > end) throw new RangeError("a name in the log runs over its frame");
        visitor.series(number, plan, created, bytes.subarray(at, at + length));
        at += length;
        lsn++;
        break;
      }
      case RECORD_EPOCH:
      case RECORD_LEARNED: {
        const number = varint();
        const from = double();
        visitor.epoch(number, from, varint(), tag === RECORD_LEARNED);
        lsn++;
        break;
      }
      case RECORD_DELETE: {
        const count = varint();
        if (count > end - at) throw new RangeError("a delete in the log runs over its frame");
        const deleted: number[] = [];
        for (let number = -1; deleted.length < count; ) {
          number += varint() + 1;
          deleted.push(number);
        }
        visitor.delete(deleted, lsn++);
        break;
      }
      case RECORD_OPEN: {
        const windowClass = bytes[at++]!;
        visitor.open(windowClass, double(), lsn++);
        break;
      }
      case RECORD_CUT: {
        const windowClass = bytes[at++]!;
        visitor.cut(windowClass, double(), lsn++);
        break;
      }
      case RECORD_FREEZE:
        visitor.freeze(lsn++);
        break;
      case RECORD_STATE: {
        const windowClass = bytes[at++]!;
        const index = double();
        visitor.state(windowClass, index, double(), lsn++);
        break;
      }
      case RECORD_BATCH: {
        if (at + 16 > end) throw new RangeError("a mark in the log runs over its frame");
        const sender = Buffer.from(bytes.subarray(at, at + 16)).toString("hex");
        at += 16;
        visitor.batch({ sender, number: varint(), lines: varint(), heard: varint() }, lsn++);
        break;
      }
      default:
        throw new RangeError(`record 0x${tag.toString(16)} is not known to this version`);
    }
  }
  if (at !== end) throw new RangeError("a record in the log runs over its frame");
}
