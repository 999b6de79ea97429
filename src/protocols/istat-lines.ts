import type { NameTable, Refusals, SampleSink } from "./doors.ts";
import { pythonFloat } from "./python-float.ts";

export const MAX_LINE_BYTES = 16_384;
/** Meta lines that a connection may leave, and bytes of each. */
const MAX_META_KEYS = 64;
const MAX_META_BYTES = 1024;

const LF = 10;
const RESERVED = "@$%&;:";
/** How far ahead of the clock a sample may be, of gauges and of events alike, seconds. */
const MAX_AHEAD_SECONDS = 60;
/** Share by which average, minimum and maximum may disagree. */
const TOLERANCE = 0.0001;

/**
 * Decodes istatd's line protocol, over TCP and UDP.
 *
 *     line   = meta | sample
 *     meta   = "#" key WS value LF
 *     sample = name WS value LF                               at the present time
 *            | name WS time WS value LF
 *            | name WS time WS sum WS sumsq WS min WS max WS count LF
 *
 * The name goes to the name table as it was written, with its star and carets.
 *
 * @see docs/formats/istat-lines.md
 */
export class IstatDecoder {
  readonly #names: NameTable;
  readonly #sink: SampleSink;
  readonly #refusals: Refusals;
  readonly #now: () => number;
  #tail: Buffer | null = null;
  #isSkipping = false;
  /** What the peer has said of itself. */
  readonly meta = new Map<string, string>();
  lines = 0;

  /** `now` gives the present in whole seconds. */
  constructor(names: NameTable, sink: SampleSink, refusals: Refusals, now: () => number) {
    this.#names = names;
    this.#sink = sink;
    this.#refusals = refusals;
    this.#now = now;
  }

  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#tail !== null) {
      bytes = Buffer.concat([this.#tail, chunk]);
      this.#tail = null;
    }
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(LF, at);
      if (end < 0) break;
      if (this.#isSkipping) this.#isSkipping = false;
      else if (end - at > MAX_LINE_BYTES) this.#tooLong(bytes, at);
      else this.#line(bytes, at, end);
      at = end + 1;
    }
    if (at === bytes.length || this.#isSkipping) return;
    if (bytes.length - at > MAX_LINE_BYTES) {
      this.#tooLong(bytes, at);
      this.#isSkipping = true;
    } else {
      this.#tail = Buffer.from(bytes.subarray(at));
    }
  }

  /** A datagram stands alone; its last line needs no line end. */
  pushDatagram(datagram: Buffer): void {
    this.push(datagram);
    if (this.#tail !== null) this.push(Buffer.from("\n"));
    this.#isSkipping = false;
  }

  end(): void {
    if (this.#tail !== null) this.#refusals.refuse("line-unfinished");
    this.#tail = null;
  }

  #tooLong(bytes: Buffer, at: number): void {
    this.#refusals.refuse("line-too-long", () => bytes.toString("latin1", at, at + 200));
  }

  #line(bytes: Buffer, start: number, end: number): void {
    this.lines++;
    const text = bytes.toString("latin1", start, end);
    if (text === "" || text === "\r") return;
    if (text.startsWith("#")) {
      this.#metaLine(text);
      return;
    }
    if (RESERVED.includes(text[0]!)) {
      this.#refusals.refuse("command-reserved", () => text);
      return;
    }
    const fields = text.split(/[ \t\r\v\f]+/).filter((field) => field !== "");
    if (fields.length === 2) this.#single(text, fields[0]!, this.#now(), fields[1]!);
    else if (fields.length === 3) this.#single(text, fields[0]!, fields[1]!, fields[2]!);
    else if (fields.length >= 7) this.#bucket(text, fields);
    else this.#refusals.refuse("line-malformed", () => text);
  }

  #metaLine(text: string): void {
    const line = text.slice(1).trimEnd();
    const at = line.indexOf(" ");
    if (at < 0) {
      this.#refusals.refuse("meta-malformed", () => text);
      return;
    }
    const key = line.slice(0, at).trim();
    if (line.length > MAX_META_BYTES || (this.meta.size >= MAX_META_KEYS && !this.meta.has(key))) {
      this.#refusals.refuse("meta-too-much", () => text);
      return;
    }
    this.meta.set(key, line.slice(at + 1).trim());
  }

  #single(text: string, name: string, written: number | string, valueText: string): void {
    const time = typeof written === "number" ? written : this.#timeOf(written);
    const value = numberOf(valueText);
    if (time === undefined || value === undefined) {
      this.#refusals.refuse("number-malformed", () => text);
      return;
    }
    if (!this.#isPunctual(time, text)) return;
    this.#sink.sample(this.#resolve(name), time, value);
  }

  #bucket(text: string, fields: readonly string[]): void {
    const time = this.#timeOf(fields[1]!);
    const numbers = fields.slice(2, 6).map(numberOf);
    const count = /^\d+$/.test(fields[6]!) ? Number(fields[6]) : undefined;
    if (time === undefined || count === undefined || numbers.includes(undefined)) {
      this.#refusals.refuse("number-malformed", () => text);
      return;
    }
    const [sum, sumOfSquares, min, max] = numbers as [number, number, number, number];
    if (!isConsistent(sum, min, max, count)) {
      this.#refusals.refuse("bucket-inconsistent", () => text);
      return;
    }
    if (!this.#isPunctual(time, text)) return;
    this.#sink.bucket(this.#resolve(fields[0]!), time, sum, sumOfSquares, min, max, count);
  }

  #isPunctual(time: number, text: string): boolean {
    if (time > this.#now() + MAX_AHEAD_SECONDS) {
      this.#refusals.refuse("from-future", () => text);
      return false;
    }
    if (time <= 0) {
      this.#refusals.refuse("timestamp-out-of-range", () => text);
      return false;
    }
    return true;
  }

  #timeOf(text: string): number | undefined {
    return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  #resolve(name: string): number {
    const bytes = Buffer.from(name, "latin1");
    return this.#names.resolve(bytes, 0, bytes.length);
  }
}

/** A decimal number or an infinity; a nan counts as 0, as in istatd. */
function numberOf(text: string): number | undefined {
  if (text.includes("_")) return undefined;
  const value = pythonFloat(text);
  return value !== undefined && Number.isNaN(value) ? 0 : value;
}

/** istatd's sanity check: the average lies between minimum and maximum, within a tolerance. */
export function isConsistent(sum: number, min: number, max: number, count: number): boolean {
  if (count === 0 || count > 2 ** 31) return false;
  const average = sum / count;
  if (min > max + Math.abs(max) * TOLERANCE) return false;
  if (average + Math.abs(average) * TOLERANCE < min) return false;
  return average <= max + Math.abs(max) * TOLERANCE;
}
