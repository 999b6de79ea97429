import type { BatchMark } from "./batch-marks.ts";
import type { Bucket } from "./bucket.ts";
import type { Plan } from "./plan.ts";
import { DELETED_ROOM, RECORD_ROOM, RecordEncoder } from "./wal/encoder.ts";
import {
  FRAME_FIRST_LSN,
  FRAME_FLAGS,
  FRAME_HAS_STATE,
  FRAME_HEADER_BYTES,
  FRAME_LENGTH,
  FRAME_NEXT_SERIES,
  FRAME_RECORDS,
} from "./wal/format.ts";
import type { WalRing } from "./wal/ring.ts";

/** Where finished frames go: the WAL thread, or the WAL itself in a simulation. */
export interface LogSink {
  /** A frame lies in the ring; its crc is still to be filled in. */
  frame(offset: number, length: number): void;
  /** The frames from here on belong into a new file. */
  rotate(): void;
}

/**
 * Writes records into frames in the ring and numbers them. A frame ends when it is full or when
 * `flush` is called, every 100 ms.
 */
export class LogWriter {
  readonly #ring: WalRing;
  readonly #sink: LogSink;
  readonly #encoder: RecordEncoder;
  readonly #nextSeries: () => number;
  /** LSN of the next frame's first record. */
  #firstLsn = 0;
  #frameAt = -1;
  #limit = -1;
  #hasState = false;

  constructor(ring: WalRing, sink: LogSink, nextSeries: () => number) {
    this.#ring = ring;
    this.#sink = sink;
    this.#encoder = new RecordEncoder(ring.bytes);
    this.#nextSeries = nextSeries;
  }

  /** LSN that the next record gets. */
  get lsn(): number {
    return this.#firstLsn + (this.#frameAt < 0 ? 0 : this.#encoder.records);
  }

  /** Bytes that the frame which is being filled still has for records. */
  get room(): number {
    return this.#frameAt < 0 ? 0 : this.#limit - this.#encoder.at;
  }

  start(lsn: number): void {
    this.#firstLsn = lsn;
  }

  /** Makes room for a record of `bytes`; false when the ring is full. */
  reserve(bytes: number): boolean {
    if (this.#frameAt >= 0 && this.#encoder.at + bytes <= this.#limit) return true;
    this.flush();
    return this.#begin();
  }

  /** Logs a datapoint and returns its LSN, or -1 when the ring is full. */
  point(series: number, time: number, value: number, mantissa: number, decimals: number): number {
    if (this.#encoder.at + RECORD_ROOM > this.#limit && !this.reserve(RECORD_ROOM)) return -1;
    this.#encoder.point(series, time, value, mantissa, decimals);
    return this.#firstLsn + this.#encoder.records - 1;
  }

  bucket(series: number, time: number, bucket: Bucket): number {
    if (this.#encoder.at + RECORD_ROOM > this.#limit && !this.reserve(RECORD_ROOM)) return -1;
    this.#encoder.bucket(series, time, bucket);
    return this.#firstLsn + this.#encoder.records - 1;
  }
  plan(number: number, plan: Plan): number {
    return this.#record(RECORD_ROOM + plan.tiers.length * 24, (e) => e.plan(number, plan));
  }
  series(series: number, plan: number, created: number, name: Uint8Array): number {
    return this.#record(RECORD_ROOM + name.length, (e) => e.series(series, plan, created, name));
  }
  epoch(series: number, from: number, plan: number, isLearned: boolean): number {
    return this.#record(RECORD_ROOM, (e) => e.epoch(series, from, plan, isLearned));
  }
  delete(series: readonly number[]): number {
    return this.#record(RECORD_ROOM + series.length * DELETED_ROOM, (e) => e.delete(series));
  }
  open(windowClass: number, index: number): number {
    return this.#record(RECORD_ROOM, (e) => e.open(windowClass, index));
  }
  cut(windowClass: number, index: number): number {
    return this.#record(RECORD_ROOM, (e) => e.cut(windowClass, index));
  }
  freeze(): number {
    return this.#record(RECORD_ROOM, (e) => e.freeze());
  }
  batch(mark: BatchMark): number {
    return this.#record(RECORD_ROOM, (e) => e.batch(mark));
  }

  /** Begins a new file with the windows that are open, and with how far batches were taken. */
  rotate(
    open: readonly { windowClass: number; index: number; openLsn: number }[],
    marks: Iterable<BatchMark>,
  ): boolean {
    this.flush();
    this.#sink.rotate();
    if (!this.#begin()) return false;
    this.#hasState = true;
    for (const window of open) {
      this.#encoder.state(window.windowClass, window.index, window.openLsn);
    }
    for (const mark of marks) this.#encoder.batch(mark);
    this.flush();
    return true;
  }

  /** Ends the frame and hands it over. */
  flush(): void {
    if (this.#frameAt < 0) return;
    const { records, at, view } = this.#encoder;
    if (records === 0 && !this.#hasState) return;
    const frame = this.#frameAt;
    view.setUint32(frame + FRAME_LENGTH, at - frame - FRAME_HEADER_BYTES, true);
    view.setUint32(frame + FRAME_FIRST_LSN, this.#firstLsn >>> 0, true);
    view.setUint32(frame + FRAME_FIRST_LSN + 4, Math.floor(this.#firstLsn / 2 ** 32), true);
    view.setUint32(frame + FRAME_RECORDS, records, true);
    view.setUint32(frame + FRAME_NEXT_SERIES, this.#nextSeries(), true);
    view.setUint32(frame + FRAME_FLAGS, this.#hasState ? FRAME_HAS_STATE : 0, true);
    view.setUint32(frame + FRAME_FLAGS + 4, 0, true);
    this.#firstLsn += records;
    this.#frameAt = -1;
    this.#limit = -1;
    this.#hasState = false;
    this.#ring.commit(frame, at - frame);
    this.#sink.frame(frame, at - frame);
  }

  #begin(): boolean {
    if (this.#frameAt >= 0) return true;
    const frame = this.#ring.begin();
    if (frame < 0) return false;
    this.#frameAt = frame;
    this.#limit = frame + FRAME_HEADER_BYTES + this.#ring.payloadBytes;
    this.#encoder.begin(frame + FRAME_HEADER_BYTES);
    return true;
  }

  #record(bytes: number, write: (encoder: RecordEncoder) => void): number {
    if (!this.reserve(bytes)) return -1;
    write(this.#encoder);
    return this.#firstLsn + this.#encoder.records - 1;
  }
}
