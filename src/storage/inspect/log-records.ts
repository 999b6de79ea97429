import type { BatchMark } from "../batch-marks.ts";
import type { Bucket } from "../bucket.ts";
import type { Plan } from "../plan.ts";
import { decodeRecords, type RecordVisitor } from "../wal/decoder.ts";
import { FRAME_HEADER_BYTES } from "../wal/format.ts";
import type { Frame } from "../wal/frames.ts";

/** A record of the log, or of the catalogue, by its kind; times in seconds. */
export type LogRecord =
  | { lsn: number; kind: "point"; series: number; time: number; value: number }
  | { lsn: number; kind: "bucket"; series: number; time: number; bucket: Bucket }
  | { lsn: number; kind: "plan"; plan: number; definition: Plan }
  | { lsn: number; kind: "series"; series: number; plan: number; created: number; name: string }
  | { lsn: number; kind: "epoch" | "learned"; series: number; from: number; plan: number }
  | { lsn: number; kind: "delete"; series: number[] }
  | { lsn: number; kind: "open" | "cut"; windowClass: number; index: number }
  | { lsn: number; kind: "state"; windowClass: number; index: number; openLsn: number }
  | ({ lsn: number; kind: "batch" } & BatchMark)
  | { lsn: number; kind: "freeze" };

/** Calls `take` for every record of a frame. @throws RangeError for one that is not known */
export function visitRecords(
  bytes: Uint8Array,
  { at, length, firstLsn }: Frame,
  take: (record: LogRecord) => void,
): void {
  const start = at + FRAME_HEADER_BYTES;
  decodeRecords(bytes, start, start + length, firstLsn, new RecordLister(firstLsn, take));
}

class RecordLister implements RecordVisitor {
  readonly #take: (record: LogRecord) => void;
  #lsn: number;

  constructor(firstLsn: number, take: (record: LogRecord) => void) {
    this.#lsn = firstLsn;
    this.#take = take;
  }

  point(series: number, time: number, value: number): void {
    this.#take({ lsn: this.#lsn++, kind: "point", series, time, value });
  }

  bucket(series: number, time: number, bucket: Bucket): void {
    this.#take({ lsn: this.#lsn++, kind: "bucket", series, time, bucket: { ...bucket } });
  }

  plan(plan: number, definition: Plan): void {
    this.#take({ lsn: this.#lsn++, kind: "plan", plan, definition });
  }

  series(series: number, plan: number, created: number, bytes: Uint8Array): void {
    const name = Buffer.from(bytes).toString("utf8");
    this.#take({ lsn: this.#lsn++, kind: "series", series, plan, created, name });
  }

  epoch(series: number, from: number, plan: number, isLearned: boolean): void {
    this.#take({ lsn: this.#lsn++, kind: isLearned ? "learned" : "epoch", series, from, plan });
  }

  delete(series: readonly number[]): void {
    this.#take({ lsn: this.#lsn++, kind: "delete", series: [...series] });
  }

  open(windowClass: number, index: number): void {
    this.#take({ lsn: this.#lsn++, kind: "open", windowClass, index });
  }

  cut(windowClass: number, index: number): void {
    this.#take({ lsn: this.#lsn++, kind: "cut", windowClass, index });
  }

  freeze(): void {
    this.#take({ lsn: this.#lsn++, kind: "freeze" });
  }

  state(windowClass: number, index: number, openLsn: number): void {
    this.#take({ lsn: this.#lsn++, kind: "state", windowClass, index, openLsn });
  }

  batch(mark: BatchMark): void {
    this.#take({ lsn: this.#lsn++, kind: "batch", ...mark });
  }
}
