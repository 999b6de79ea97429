import type { NameTable, PointSink, Refusals } from "./doors.ts";
import { pythonFloat } from "./python-float.ts";
import { carbonTime } from "./timestamps.ts";
import { hasWideBlank, WHITE_SPACE } from "./white-space.ts";

/** A longer line is skipped to its end. */
export const MAX_LINE_BYTES = 16_384;

const LF = 10;
const CR = 13;
const BLANK = 32;
const MINUS = 45;
const POINT = 46;
/** Mantissas up to here can be handed on as integers; see PointSink. */
const MAX_MANTISSA = 2 ** 48;
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, i) => Number(`1e${i}`));

/** Lines after which a connection's prediction is judged, and for how long it is then left off. */
const JUDGE_LINES = 2048;
const PAUSE_LINES = 32_768;
/** Below this share of hits a prediction costs more than it saves. */
const WORTHWHILE = 0.3;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes carbon's plaintext protocol, chunk by chunk as TCP delivers it.
 *
 *     line = path WS value WS timestamp [CR] LF       WS: a run of white space
 *
 * A line of any other shape is counted and skipped, never thrown: one bad client must not disturb
 * the others. Wherever TCP cuts the stream, the same datapoints come out.
 *
 * The usual line (one blank between fields, a plain decimal, a ten-digit time) is decoded in place;
 * the name is first compared with the one that followed the previous name last time. Everything
 * else takes the slow way through text.
 *
 * @see docs/formats/carbon-plaintext.md
 */
export class PlaintextDecoder {
  readonly #names: NameTable;
  readonly #sink: PointSink;
  readonly #refusals: Refusals;
  readonly #now: () => number;
  #tail: Buffer | null = null;
  #isSkipping = false;
  #previous = -1;
  #generation = 0;
  /** The last timestamp as it was written, and its value. */
  #time = 0;
  #timeA = 0;
  #timeB = 0;
  #timeC = 0;
  #judged = 0;
  #hits = 0;
  /** Lines for which no prediction is made any more; 0 when it is. */
  #pause = 0;
  lines = 0;

  /** `now` gives the present in whole seconds. */
  constructor(names: NameTable, sink: PointSink, refusals: Refusals, now: () => number) {
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
    let start = 0;
    if (this.#isSkipping) {
      const end = bytes.indexOf(LF);
      if (end < 0) return;
      this.#isSkipping = false;
      start = end + 1;
    }
    const rest = this.#parse(bytes, start);
    if (rest === bytes.length) return;
    if (bytes.length - rest > MAX_LINE_BYTES) {
      this.#refusals.refuse("line-too-long", () => bytes.toString("latin1", rest, rest + 200));
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
  }

  /** The connection is closed; an unfinished line is lost. */
  end(): void {
    if (this.#tail !== null) this.#refusals.refuse("line-unfinished");
    this.#tail = null;
  }

  /** Decodes whole lines from `start` on; returns where the unfinished one begins. */
  #parse(bytes: Buffer, start: number): number {
    const names = this.#names;
    const sink = this.#sink;
    const end = bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    let previous = this.#generation === names.generation ? this.#previous : -1;
    this.#generation = names.generation;
    let time = this.#time;
    let timeA = this.#timeA;
    let timeB = this.#timeB;
    let timeC = this.#timeC;
    let lines = 0;
    let hits = 0;
    let predicts = this.#pause <= 0;
    let at = start;

    while (at < end) {
      const lineAt = at;
      let name = predicts && previous >= 0 ? names.successorAt(previous, bytes, view, at, end) : -1;
      let nameEnd: number;
      let isPlain = true;
      if (name >= 0) {
        hits++;
        nameEnd = at + names.lengthOf(name);
        at = nameEnd;
      } else {
        let bits = 0;
        for (; at < end; at++) {
          const byte = bytes[at]!;
          if (byte <= BLANK) break;
          bits |= byte;
        }
        nameEnd = at;
        isPlain = at < end && bytes[at] === BLANK && nameEnd > lineAt;
        if (bits >= 128 && isPlain) isPlain = !hasWideBlank(bytes, lineAt, nameEnd);
      }
      at++;

      // The value: [-]digits[.digits], at most 15 digits.
      let mantissa = 0;
      let decimals = 0;
      let value = 0;
      if (isPlain) {
        const isNegative = bytes[at] === MINUS;
        if (isNegative) at++;
        const digitsAt = at;
        let digit = bytes[at]! - 48;
        while (digit >= 0 && digit <= 9) {
          mantissa = mantissa * 10 + digit;
          digit = bytes[++at]! - 48;
        }
        let digits = at - digitsAt;
        if (bytes[at] === POINT) {
          const pointAt = at;
          digit = bytes[++at]! - 48;
          while (digit >= 0 && digit <= 9) {
            mantissa = mantissa * 10 + digit;
            digit = bytes[++at]! - 48;
          }
          decimals = at - pointAt - 1;
          digits += decimals;
        }
        isPlain = at < end && bytes[at] === BLANK && digits > 0 && digits <= 15;
        if (isPlain) {
          value = decimals === 0 ? mantissa : mantissa / POWERS_OF_TEN[decimals]!;
          if (isNegative) {
            value = -value;
            mantissa = -mantissa;
          }
          if (decimals > 7 || mantissa >= MAX_MANTISSA || mantissa <= -MAX_MANTISSA) decimals = -1;
          else if (mantissa === 0 && isNegative) decimals = -1;
        }
        at++;
      }

      // The timestamp: ten digits, most often those of the line before.
      if (isPlain) {
        isPlain = at + 10 < end;
        if (isPlain) {
          const a = view.getInt32(at, true);
          const b = view.getInt32(at + 4, true);
          const c = view.getUint16(at + 8, true);
          if (a !== timeA || b !== timeB || c !== timeC) {
            let seconds = 0;
            for (let i = 0; i < 10; i++) {
              const digit = bytes[at + i]! - 48;
              if (digit < 0 || digit > 9) isPlain = false;
              seconds = seconds * 10 + digit;
            }
            if (isPlain) {
              time = seconds;
              timeA = a;
              timeB = b;
              timeC = c;
            }
          }
          at += 10;
          if (bytes[at] === CR) at++;
          isPlain = isPlain && at < end && bytes[at] === LF && time > 0;
          at++;
        }
      }

      if (isPlain) {
        if (name < 0) {
          name = names.resolve(bytes, lineAt, nameEnd);
          // Also while no prediction is made: the next round of the same order shall find it.
          names.learn(previous, name);
        }
        sink.point(name, time, value, mantissa, decimals);
        previous = name;
      } else {
        const lineEnd = bytes.indexOf(LF, lineAt);
        if (lineEnd < 0) {
          at = lineAt;
          break;
        }
        this.#slowLine(bytes, lineAt, lineEnd);
        at = lineEnd + 1;
      }
      lines++;
      if (lines >= JUDGE_LINES) {
        predicts = this.#judge(lines, hits);
        lines = 0;
        hits = 0;
      }
    }
    this.#judged += lines;
    this.#hits += hits;
    if (this.#judged >= JUDGE_LINES) this.#judge(0, 0);
    this.lines += lines;
    this.#previous = previous;
    this.#time = time;
    this.#timeA = timeA;
    this.#timeB = timeB;
    this.#timeC = timeC;
    return at;
  }

  /** Decides whether prediction pays on this connection. */
  #judge(lines: number, hits: number): boolean {
    this.lines += lines;
    const judged = this.#judged + lines;
    if (this.#pause > 0) this.#pause -= judged;
    else if ((this.#hits + hits) / judged < WORTHWHILE && this.lines > 4 * JUDGE_LINES) {
      this.#pause = PAUSE_LINES;
    }
    this.#judged = 0;
    this.#hits = 0;
    return this.#pause <= 0;
  }

  /** A line that is not of the usual shape; `lineEnd` is at its LF. */
  #slowLine(bytes: Buffer, lineAt: number, lineEnd: number): void {
    const sample = (): string => bytes.toString("utf8", lineAt, Math.min(lineEnd, lineAt + 400));
    if (lineEnd - lineAt > MAX_LINE_BYTES) {
      this.#refusals.refuse("line-too-long", sample);
      return;
    }
    let text: string;
    try {
      text = utf8.decode(bytes.subarray(lineAt, lineEnd));
    } catch {
      this.#refusals.refuse("not-utf8", sample);
      return;
    }
    const fields = text.split(WHITE_SPACE).filter((field) => field !== "");
    if (fields.length !== 3) {
      this.#refusals.refuse(fields.length === 0 ? "line-empty" : "line-malformed", sample);
      return;
    }
    const value = pythonFloat(fields[1]!);
    const written = pythonFloat(fields[2]!);
    if (value === undefined || written === undefined) {
      this.#refusals.refuse("line-malformed", sample);
      return;
    }
    if (Number.isNaN(value)) {
      this.#refusals.refuse("value-nan", sample);
      return;
    }
    const time = carbonTime(written, this.#now());
    if (typeof time === "string") {
      this.#refusals.refuse(time, sample);
      return;
    }
    const name = Buffer.from(fields[0]!);
    this.#sink.point(this.#names.resolve(name, 0, name.length), time, value, 0, -1);
  }
}
