import { type Decimal, readDecimal } from "./decimal.ts";
import type { NameTable, Refusals, SampleSink } from "./doors.ts";
import { pythonFloat } from "./python-float.ts";

export const MAX_LINE_BYTES = 16_384;
/** Meta lines that a connection may leave, and bytes of each. */
const MAX_META_KEYS = 64;
const MAX_META_BYTES = 1024;

const LF = 10;
const CR = 13;
const BLANK = 32;
const RESERVED = "@$%&;:";

/** Places of a line's numbers. */
const TIME = 0;
const SUM = 1;
const SUM_OF_SQUARES = 2;
const MIN = 3;
const MAX = 4;
const COUNT = 5;
const FIELDS = 6;

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
 * The name goes to the name table as it was written, with its star and carets. The usual line (one
 * blank between fields, decimals) is decoded in place; everything else takes the slow way through
 * text.
 *
 * @see docs/formats/istat-lines.md
 */
export class IstatDecoder {
  readonly #names: NameTable;
  readonly #sink: SampleSink;
  readonly #refusals: Refusals;
  readonly #now: () => number;
  readonly #onMeta: (key: string, value: string) => void;
  #tail: Buffer | null = null;
  #isSkipping = false;
  #previous = -1;
  #generation = 0;
  /** The last ten-digit time as it was written, and its value. */
  #time = 0;
  #timeA = 0;
  #timeB = 0;
  #timeC = 0;
  /** Clock of the chunk that is being decoded. */
  #present = 0;
  readonly #number: Decimal = { value: 0.5, decimals: 0 };
  readonly #fields = new Float64Array(FIELDS);
  /** What the peer has said of itself. */
  readonly meta = new Map<string, string>();
  lines = 0;
  /** Whether nothing is to be taken from a host. */
  refusesHost: (host: string) => boolean = () => false;
  #isStopped = false;

  /** `now` gives the present in whole seconds; `onMeta` is told every meta line. */
  constructor(
    names: NameTable,
    sink: SampleSink,
    refusals: Refusals,
    now: () => number,
    onMeta: (key: string, value: string) => void = () => {},
  ) {
    this.#onMeta = onMeta;
    this.#names = names;
    this.#sink = sink;
    this.#refusals = refusals;
    this.#now = now;
  }

  /** The peer is a host that is refused: nothing of it is taken any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  push(chunk: Buffer): void {
    if (this.#isStopped) return;
    let bytes = chunk;
    if (this.#tail !== null) {
      bytes = Buffer.concat([this.#tail, chunk]);
      this.#tail = null;
    }
    let start = 0;
    if (this.#isSkipping) {
      const end = bytes.indexOf(LF);
      if (end < 0) return;
      this.#isSkipping = false;
      start = end + 1;
    }
    this.#present = this.#now();
    const rest = this.#parse(bytes, start);
    if (rest === bytes.length) return;
    if (bytes.length - rest > MAX_LINE_BYTES) {
      this.#tooLong(bytes, rest);
      this.#isSkipping = true;
    } else {
      // A copy: the chunk's memory belongs to the socket.
      this.#tail = Buffer.from(bytes.subarray(rest));
    }
  }

  /** A datagram stands alone; its last line needs no line end. */
  pushDatagram(datagram: Buffer): void {
    this.push(datagram);
    if (this.#tail !== null) this.push(Buffer.from("\n"));
    this.#isSkipping = false;
    if (!this.#isStopped) return;
    // All who send datagrams share this decoder.
    this.#refusals.refuse("host-blacklisted", () => this.meta.get("hostname") ?? "");
    this.#isStopped = false;
    this.#tail = null;
  }

  end(): void {
    if (this.#isStopped) return;
    if (this.#tail !== null) this.#refusals.refuse("line-unfinished");
    this.#tail = null;
  }

  /** Decodes whole lines from `start` on; returns where the unfinished one begins. */
  #parse(bytes: Buffer, start: number): number {
    const names = this.#names;
    const end = bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    let previous = this.#generation === names.generation ? this.#previous : -1;
    this.#generation = names.generation;
    let at = start;
    while (at < end) {
      const lineAt = at;
      let name = previous >= 0 ? names.successorAt(previous, bytes, view, at, end) : -1;
      let nameEnd: number;
      if (name >= 0) nameEnd = at + names.lengthOf(name);
      else {
        nameEnd = at;
        while (nameEnd < end && bytes[nameEnd]! > BLANK) nameEnd++;
        if (isCommand(bytes[at]!) || nameEnd === at) nameEnd = end;
      }
      const fields = nameEnd < end && bytes[nameEnd] === BLANK ? nameEnd + 1 : -1;
      const lineEnd = fields < 0 ? -1 : this.#readFields(bytes, view, fields, end);
      if (lineEnd < 0) {
        const slowEnd = bytes.indexOf(LF, lineAt);
        if (slowEnd < 0) {
          at = lineAt;
          break;
        }
        this.#slowLine(bytes, lineAt, slowEnd);
        if (this.#isStopped) return end;
        at = slowEnd + 1;
        continue;
      }
      this.lines++;
      at = lineEnd + 1;
      if (name < 0) {
        if (nameEnd - lineAt > MAX_LINE_BYTES) {
          this.#tooLong(bytes, lineAt);
          continue;
        }
        if (!this.#isGood(bytes, lineAt, lineEnd)) continue;
        name = names.resolve(bytes, lineAt, nameEnd);
        names.learn(previous, name);
      } else if (!this.#isGood(bytes, lineAt, lineEnd)) continue;
      this.#hand(name);
      previous = name;
    }
    this.#previous = previous;
    return at;
  }

  /**
   * Reads what follows the name into `#fields`: time, value or sum, and the rest of a set, whose
   * count stays 0 where the line has one value. Returns where the line ends, at its LF; -1 when the
   * line is not of the usual shape, or not whole.
   */
  #readFields(bytes: Buffer, view: DataView, start: number, end: number): number {
    const fields = this.#fields;
    const number = this.#number;
    let at = start;
    let hasTime = false;
    // Ten digits and a blank are a time, most often that of the line before.
    if (at + 11 < end && bytes[at + 10] === BLANK) {
      const a = view.getInt32(at, true);
      const b = view.getInt32(at + 4, true);
      const c = view.getUint16(at + 8, true);
      hasTime = a === this.#timeA && b === this.#timeB && c === this.#timeC;
      if (!hasTime) {
        let seconds = 0;
        hasTime = true;
        for (let i = 0; i < 10; i++) {
          const digit = bytes[at + i]! - 48;
          if (digit < 0 || digit > 9) hasTime = false;
          seconds = seconds * 10 + digit;
        }
        if (hasTime) {
          this.#time = seconds;
          this.#timeA = a;
          this.#timeB = b;
          this.#timeC = c;
        }
      }
      if (hasTime) at += 11;
    }
    fields[TIME] = hasTime ? this.#time : this.#present;
    fields[COUNT] = 0;
    at = readDecimal(bytes, at, end, number);
    if (at < 0) return -1;
    fields[SUM] = number.value;
    if (bytes[at] === CR) at++;
    if (at >= end) return -1;
    if (bytes[at] === LF) return at;
    if (!hasTime || bytes[at] !== BLANK) return -1;
    for (let field = SUM_OF_SQUARES; field < COUNT; field++) {
      at = readDecimal(bytes, at + 1, end, number);
      if (at < 0 || at >= end || bytes[at] !== BLANK) return -1;
      fields[field] = number.value;
    }
    let count = 0;
    for (at++; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) break;
      count = count * 10 + digit;
    }
    // To refuse a count of 0, or none, is the slow way's work.
    if (count === 0) return -1;
    fields[COUNT] = count;
    if (bytes[at] === CR) at++;
    return at < end && bytes[at] === LF ? at : -1;
  }

  /** Whether what is in `#fields` can be taken; else it is refused. */
  #isGood(bytes: Buffer, lineAt: number, lineEnd: number): boolean {
    const fields = this.#fields;
    const time = fields[TIME]!;
    const count = fields[COUNT]!;
    const isSane = count === 0 || isConsistent(fields[SUM]!, fields[MIN]!, fields[MAX]!, count);
    if (isSane && time > 0 && time <= this.#present + MAX_AHEAD_SECONDS) return true;
    const text = (): string => bytes.toString("latin1", lineAt, lineEnd);
    if (isSane) this.#isPunctual(time, text);
    else this.#refusals.refuse("bucket-inconsistent", text);
    return false;
  }

  #hand(name: number): void {
    const fields = this.#fields;
    const count = fields[COUNT]!;
    if (count === 0) {
      this.#sink.sample(name, fields[TIME]!, fields[SUM]!);
    } else {
      this.#sink.bucket(
        name,
        fields[TIME]!,
        fields[SUM]!,
        fields[SUM_OF_SQUARES]!,
        fields[MIN]!,
        fields[MAX]!,
        count,
      );
    }
  }

  #tooLong(bytes: Buffer, at: number): void {
    this.#refusals.refuse("line-too-long", () => bytes.toString("latin1", at, at + 200));
  }

  /** A line that is not of the usual shape; `end` is at its LF. */
  #slowLine(bytes: Buffer, start: number, end: number): void {
    this.lines++;
    if (end - start > MAX_LINE_BYTES) {
      this.#tooLong(bytes, start);
      return;
    }
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
    if (fields.length === 2) this.#single(text, fields[0]!, this.#present, fields[1]!);
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
    const value = line.slice(at + 1).trim();
    this.meta.set(key, value);
    if (key === "hostname" && this.refusesHost(value)) this.#isStopped = true;
    this.#onMeta(key, value);
  }

  #single(text: string, name: string, written: number | string, valueText: string): void {
    const time = typeof written === "number" ? written : this.#timeOf(written);
    const value = numberOf(valueText);
    if (time === undefined || value === undefined) {
      this.#refusals.refuse("number-malformed", () => text);
      return;
    }
    if (!this.#isPunctual(time, () => text)) return;
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
    if (!this.#isPunctual(time, () => text)) return;
    this.#sink.bucket(this.#resolve(fields[0]!), time, sum, sumOfSquares, min, max, count);
  }

  #isPunctual(time: number, text: () => string): boolean {
    if (time > this.#present + MAX_AHEAD_SECONDS) {
      this.#refusals.refuse("from-future", text);
      return false;
    }
    if (time <= 0) {
      this.#refusals.refuse("timestamp-out-of-range", text);
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

/** Whether a line that begins with this byte is no sample. */
function isCommand(byte: number): boolean {
  // "#" and those of RESERVED.
  return (byte >= 35 && byte <= 38) || byte === 58 || byte === 59 || byte === 64;
}
