import { formatFloat } from "../../model/python-number.ts";
import { ByteWriter } from "./byte-writer.ts";

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, e) => Number(`1e${e}`));

/**
 * Prints numbers into a growing buffer, without a string per number: the digits are those that
 * String() gives. A value is tried with the decimals of the one before it first; values of one
 * series mostly have the same.
 */
export class NumberWriter extends ByteWriter {
  #decimals = 0;
  /** Whether the value before had more decimals than are tried. */
  #isLong = false;

  /** `[value,time]`, after a comma if it follows another one. */
  point(value: number, time: number, follows: boolean): void {
    this.reserve(80);
    const bytes = this.bytes;
    if (follows) bytes[this.at++] = 44;
    bytes[this.at++] = 91;
    this.#number(value);
    bytes[this.at++] = 44;
    this.#number(time);
    bytes[this.at++] = 93;
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
