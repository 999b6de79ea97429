import { formatFloat } from "../../model/python-number.ts";
import { ByteWriter } from "./byte-writer.ts";

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, e) => Number(`1e${e}`));

/** Two digits at a time, as they lie in memory: "07" is PAIRS[7]. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, i) => 0x3030 + Math.floor(i / 10) + ((i % 10) << 8),
);
const MAX_INT = 2 ** 31;
/** `,1700000000]` */
const TIME_BYTES = 12;
/** No point is longer: two numbers of up to 25 characters, and what is around them. */
const POINT_BYTES = 80;
const MIN_TIME = 1e9;
const MAX_TIME = 1e10;

/**
 * Prints numbers into a growing buffer, without a string per number: the digits are those that
 * String() gives. A value is tried with the decimals of the one before it first; values of one
 * series mostly have the same.
 */
export class NumberWriter extends ByteWriter {
  #decimals = 0;
  /** Whether the value before had more decimals than are tried. */
  #isLong = false;
  /** The ends of points, `,time]`, on the grid that was used last: most series share one. */
  #times = new DataView(new ArrayBuffer(0));
  #timesStart = -1;
  #timesStep = 0;
  #timesCount = 0;

  /** `[[value,time],...]` of values on a grid; those that are not finite are null, or left out. */
  points(values: Float64Array, start: number, step: number, leavesOut: boolean): void {
    const count = values.length;
    const isUsual = this.#prepareTimes(start, step, count);
    const times = this.#times;
    this.byte(91);
    let follows = false;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (leavesOut && !Number.isFinite(value)) continue;
      if (this.at + POINT_BYTES > this.bytes.length) this.reserve(POINT_BYTES);
      if (follows) this.bytes[this.at++] = 44;
      follows = true;
      this.bytes[this.at++] = 91;
      this.#number(value);
      if (isUsual) {
        const { view, at } = this;
        const from = i * TIME_BYTES;
        view.setUint32(at, times.getUint32(from, true), true);
        view.setUint32(at + 4, times.getUint32(from + 4, true), true);
        view.setUint32(at + 8, times.getUint32(from + 8, true), true);
        this.at = at + TIME_BYTES;
      } else {
        this.bytes[this.at++] = 44;
        this.#number(start + i * step);
        this.bytes[this.at++] = 93;
      }
    }
    this.byte(93);
  }

  /** Prints the times of a grid once; false for one whose times have not ten digits. */
  #prepareTimes(start: number, step: number, count: number): boolean {
    const isUsual =
      Number.isInteger(start) &&
      Number.isInteger(step) &&
      start >= MIN_TIME &&
      start + count * step < MAX_TIME;
    if (!isUsual) return false;
    const isKnown =
      start === this.#timesStart && step === this.#timesStep && count <= this.#timesCount;
    if (isKnown) return true;
    const bytes = Buffer.allocUnsafe(count * TIME_BYTES);
    for (let i = 0; i < count; i++) {
      const at = i * TIME_BYTES;
      let rest = start + i * step;
      bytes[at] = 44;
      bytes[at + TIME_BYTES - 1] = 93;
      for (let digit = at + TIME_BYTES - 2; digit > at; digit--) {
        const tens = Math.floor(rest / 10);
        bytes[digit] = 48 + rest - tens * 10;
        rest = tens;
      }
    }
    this.#times = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#timesStart = start;
    this.#timesStep = step;
    this.#timesCount = count;
    return true;
  }

  /** A number as JSON has it; null for what is not finite. */
  number(value: number): void {
    this.reserve(40);
    this.#number(value);
  }

  /** A number as Python's repr has it: `5.0`, `1e+16`, `inf`. */
  pythonFloat(value: number): void {
    const size = Math.abs(value);
    if (size < 1e15 && Number.isInteger(value)) {
      if (Object.is(value, -0)) this.text("-0");
      else this.number(value);
      this.text(".0");
    } else if (size >= 1e-4 && size < 1e9) {
      this.number(value);
    } else {
      this.text(formatFloat(value));
    }
  }

  /** The caller has reserved room. */
  #number(value: number): void {
    const bytes = this.bytes;
    if (!Number.isFinite(value)) {
      bytes[this.at++] = 110;
      bytes[this.at++] = 117;
      bytes[this.at++] = 108;
      bytes[this.at++] = 108;
      return;
    }
    let rest = value;
    if (value < 0) {
      bytes[this.at++] = 45;
      rest = -value;
    }
    if (rest < MAX_INT && this.#shortNumber(rest)) return;
    const whole = Math.floor(rest);
    if (whole === rest && rest < 1e15) {
      this.#integer(rest);
      return;
    }
    if (rest >= 1e-6 && rest < 1e9 && !(this.#isLong && hasManyDecimals(rest))) {
      // The smallest number of decimals that reads back as the same double is the shortest.
      let decimals = this.#decimals;
      if (decimals > 1 && isDecimal(rest, decimals - 1)) decimals = 1;
      for (; decimals <= 9; decimals++) {
        if (!isDecimal(rest, decimals)) continue;
        this.#decimals = decimals;
        this.#isLong = false;
        const scale = POWERS_OF_TEN[decimals]!;
        this.#integer(whole);
        bytes[this.at++] = 46;
        let digits = Math.round(rest * scale) - whole * scale;
        const end = this.at + decimals;
        for (let i = end - 1; i >= this.at; i--) {
          const tens = Math.floor(digits / 10);
          bytes[i] = 48 + digits - tens * 10;
          digits = tens;
        }
        this.at = end;
        return;
      }
    }
    this.#isLong = true;
    // Buffer.write leaves JavaScript for every number: with it, 2.9 million are written in a second
    // and not 4.4.
    const digits = String(rest);
    for (let i = 0; i < digits.length; i++) bytes[this.at++] = digits.charCodeAt(i);
  }

  /** Whole numbers, and decimals like the one before, while all their digits fit in 31 bits. */
  #shortNumber(value: number): boolean {
    const whole = value | 0;
    if (whole === value) {
      this.at = this.#digits(whole, this.at);
      return true;
    }
    let decimals = this.#decimals;
    // Smaller ones are printed with an exponent.
    if (decimals === 0 || value < 1e-6) return false;
    const scale = POWERS_OF_TEN[decimals]!;
    const scaled = Math.round(value * scale);
    if (scaled >= MAX_INT || scaled / scale !== value) return false;
    let digits = (scaled - whole * scale) | 0;
    // With fewer decimals it reads back as the same double, too.
    while (digits % 10 === 0) {
      digits = (digits / 10) | 0;
      decimals--;
    }
    const { bytes, view } = this;
    const point = this.#digits(whole, this.at);
    bytes[point] = 46;
    const start = point + 1;
    let at = start + decimals;
    this.at = at;
    for (; at - start >= 2; digits = (digits / 100) | 0) {
      at -= 2;
      view.setUint16(at, PAIRS[digits % 100]!, true);
    }
    if (at > start) bytes[start] = 48 + digits;
    return true;
  }

  /** Writes a whole number from 0 to 2^31 - 1 at `start`; returns where it ends. */
  #digits(value: number, start: number): number {
    const { bytes } = this;
    if (value < 10) {
      bytes[start] = 48 + value;
      return start + 1;
    }
    let length = 2;
    for (let limit = 100; length < 10 && value >= limit; limit *= 10) length++;
    const end = start + length;
    let at = end;
    let rest = value;
    for (; at - start >= 2; rest = (rest / 100) | 0) {
      at -= 2;
      this.view.setUint16(at, PAIRS[rest % 100]!, true);
    }
    if (at > start) bytes[start] = 48 + rest;
    return end;
  }

  #integer(value: number): void {
    const bytes = this.bytes;
    let length = 1;
    while (length < 15 && value >= POWERS_OF_TEN[length]!) length++;
    if (value >= 1e15) length = String(value).length;
    const end = this.at + length;
    let rest = value;
    for (let i = end - 1; i >= this.at; i--) {
      const tens = Math.floor(rest / 10);
      bytes[i] = 48 + rest - tens * 10;
      rest = tens;
    }
    this.at = end;
  }
}

function isDecimal(value: number, decimals: number): boolean {
  const scale = POWERS_OF_TEN[decimals]!;
  const scaled = Math.round(value * scale);
  return scaled < 1e15 && scaled / scale === value;
}

/** One trial for all numbers of decimals: what has fewer than nine has nine, too. */
function hasManyDecimals(value: number): boolean {
  return value < 1e6 && !isDecimal(value, 9);
}
