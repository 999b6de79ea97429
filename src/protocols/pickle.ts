import { Parser } from "pickleparser";
import type { NameTable, PointSink, Refusals } from "./doors.ts";
import { pickleProblem } from "./pickle-check.ts";
import { PickleScanner } from "./pickle-scanner.ts";
import { pythonFloat } from "./python-float.ts";
import { carbonTime } from "./timestamps.ts";

/** A longer frame closes its connection. */
export const MAX_FRAME_BYTES = 1 << 20;
const LENGTH_BYTES = 4;
const EMPTY = Buffer.alloc(0);

/** Bytes of a path that a log line shows. */
const SAMPLE_BYTES = 400;
/** Beyond this depth of nesting a pickle is refused. */
const MAX_NESTING = 100;

/**
 * Decodes carbon's pickle protocol: frames of a 4-byte big-endian length and a pickle of a list of
 * (path, (timestamp, value)). The usual shape is scanned in place; for any other pickleparser
 * builds plain values. Nothing in a pickle is ever executed. A frame that cannot be read is counted
 * and skipped, an entry of another shape too.
 *
 * @see docs/formats/carbon-pickle.md
 */
export class PickleDecoder {
  readonly #names: NameTable;
  readonly #sink: PointSink;
  readonly #refusals: Refusals;
  readonly #now: () => number;
  readonly #scanner = new PickleScanner();
  /** The beginning of a frame that is not whole yet, in the first `#pendingBytes` bytes. */
  #pending: Buffer = EMPTY;
  #pendingBytes = 0;
  #previous = -1;
  #generation = 0;
  points = 0;

  /** `now` gives the present in whole seconds. */
  constructor(names: NameTable, sink: PointSink, refusals: Refusals, now: () => number) {
    this.#names = names;
    this.#sink = sink;
    this.#refusals = refusals;
    this.#now = now;
  }

  /** Returns why the connection must be closed, or null. */
  push(chunk: Buffer): string | null {
    if (this.#pendingBytes === 0) return this.#frames(chunk);
    this.#keep(chunk);
    const bytes = this.#pending.subarray(0, this.#pendingBytes);
    const isWhole =
      bytes.length >= LENGTH_BYTES && bytes.length >= LENGTH_BYTES + bytes.readUInt32BE(0);
    const isTooLong = bytes.length >= LENGTH_BYTES && bytes.readUInt32BE(0) > MAX_FRAME_BYTES;
    if (!isWhole && !isTooLong) return null;
    this.#pending = EMPTY;
    this.#pendingBytes = 0;
    return this.#frames(bytes);
  }

  end(): void {
    if (this.#pendingBytes > 0) this.#refusals.refuse("frame-unfinished");
    this.#pending = EMPTY;
    this.#pendingBytes = 0;
  }

  /** Decodes the whole frames of `bytes` and keeps the rest. */
  #frames(bytes: Buffer): string | null {
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const frameBytes = bytes.readUInt32BE(at);
      if (frameBytes > MAX_FRAME_BYTES) return "frame-too-long";
      if (bytes.length - at < LENGTH_BYTES + frameBytes) break;
      at += LENGTH_BYTES;
      if (frameBytes > 0) this.#frame(bytes.subarray(at, at + frameBytes));
      at += frameBytes;
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at));
    return null;
  }

  /** A copy, in memory that doubles: a frame sent byte by byte costs no more than one sent whole. */
  #keep(bytes: Buffer): void {
    const length = this.#pendingBytes + bytes.length;
    if (length > this.#pending.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#pending.length * 2));
      this.#pending.copy(larger, 0, 0, this.#pendingBytes);
      this.#pending = larger;
    }
    bytes.copy(this.#pending, this.#pendingBytes);
    this.#pendingBytes = length;
  }

  #frame(frame: Buffer): void {
    const now = this.#now();
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const isUsual = this.#scanner.scan(frame, (start, end, time, value) =>
      this.#point(frame, view, start, end, time, value, now),
    );
    if (isUsual) return;
    const problem = pickleProblem(frame, MAX_NESTING);
    if (problem !== null) {
      this.#refusals.refuse(problem);
      return;
    }
    let entries: unknown;
    try {
      entries = parseQuietly(frame);
    } catch (error) {
      this.#refusals.refuse("pickle-malformed", () => String(error));
      return;
    }
    if (!Array.isArray(entries)) {
      this.#refusals.refuse("pickle-not-a-list");
      return;
    }
    for (const entry of entries) this.#entry(entry, now);
  }

  #entry(entry: unknown, now: number): void {
    if (!Array.isArray(entry) || entry.length !== 2 || !Array.isArray(entry[1])) {
      this.#refusals.refuse("pickle-entry-malformed");
      return;
    }
    const [path, point] = entry as [unknown, unknown[]];
    if (typeof path !== "string" || point.length !== 2) {
      this.#refusals.refuse("pickle-entry-malformed");
      return;
    }
    const written = toNumber(point[0]);
    const value = toNumber(point[1]);
    if (written === undefined || value === undefined) {
      this.#refusals.refuse("pickle-entry-malformed", () => path);
      return;
    }
    const name = Buffer.from(path);
    const view = new DataView(name.buffer, name.byteOffset, name.byteLength);
    this.#point(name, view, 0, name.length, written, value, now);
  }

  /** A datapoint whose path stands at [start, end) of `bytes`. */
  #point(
    bytes: Buffer,
    view: DataView,
    start: number,
    end: number,
    written: number,
    value: number,
    now: number,
  ): void {
    if (Number.isNaN(value)) {
      this.#refuse("value-nan", bytes, start, end);
      return;
    }
    const time = carbonTime(written, now);
    if (typeof time === "string") {
      this.#refuse(time, bytes, start, end);
      return;
    }
    this.points++;
    const isInteger = Number.isInteger(value) && Math.abs(value) < 2 ** 48 && !Object.is(value, -0);
    const name = this.#nameAt(bytes, view, start, end);
    this.#sink.point(name, time, value, isInteger ? value : 0, isInteger ? 0 : -1);
  }

  #refuse(reason: string, bytes: Buffer, start: number, end: number): void {
    this.#refusals.refuse(reason, () =>
      bytes.toString("utf8", start, Math.min(end, start + SAMPLE_BYTES)),
    );
  }

  /** Senders mostly keep their order: the name is first compared with the one that followed last time. */
  #nameAt(bytes: Buffer, view: DataView, start: number, end: number): number {
    const { generation } = this.#names;
    const previous = this.#generation === generation ? this.#previous : -1;
    this.#generation = generation;
    let name = previous < 0 ? -1 : this.#names.successorIs(previous, bytes, view, start, end);
    if (name < 0) {
      name = this.#names.resolve(bytes, start, end);
      this.#names.learn(previous, name);
    }
    this.#previous = name;
    return name;
  }
}

/** Numbers, booleans and numeric texts count; anything else is no number. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string") return pythonFloat(value.trim());
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return Number(value);
  return undefined;
}

/**
 * pickleparser writes a console warning for every integer above 2^53; a stranger could fill the
 * log with them, so the console is silent while it works.
 */
function parseQuietly(frame: Buffer): unknown {
  const { warn } = console;
  console.warn = () => {};
  try {
    return new Parser().parse(frame);
  } finally {
    console.warn = warn;
  }
}
