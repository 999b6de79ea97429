const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, e) => Number(`1e${e}`));

/**
 * Prints numbers into a growing buffer, without a string per number: the digits are those that
 * String() gives. A value is tried with the decimals of the one before it first; values of one
 * series mostly have the same.
 */
export class NumberWriter {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #at = 0;
  #decimals = 0;

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** `[value,time]`, after a comma if it follows another one. */
  point(value: number, time: number, follows: boolean): void {
    this.#reserve(80);
    const bytes = this.#bytes;
    if (follows) bytes[this.#at++] = 44;
    bytes[this.#at++] = 91;
    this.number(value);
    bytes[this.#at++] = 44;
    this.number(time);
    bytes[this.#at++] = 93;
  }

  /** A finite number, or null. The caller has reserved room. */
  number(value: number): void {
    const bytes = this.#bytes;
    if (!Number.isFinite(value)) {
      bytes[this.#at++] = 110;
      bytes[this.#at++] = 117;
      bytes[this.#at++] = 108;
      bytes[this.#at++] = 108;
      return;
    }
    let rest = value;
    if (value < 0) {
      bytes[this.#at++] = 45;
      rest = -value;
    }
    const whole = Math.floor(rest);
    if (whole === rest && rest < 1e15) {
      this.#integer(rest);
      return;
    }
    if (rest >= 1e-6 && rest < 1e9) {
      // The smallest number of decimals that reads back as the same double is the shortest.
      let decimals = this.#decimals;
      if (decimals > 1 && isDecimal(rest, decimals - 1)) decimals = 1;
      for (; decimals <= 9; decimals++) {
        if (!isDecimal(rest, decimals)) continue;
        this.#decimals = decimals;
        const scale = POWERS_OF_TEN[decimals]!;
        this.#integer(whole);
        bytes[this.#at++] = 46;
        let digits = Math.round(rest * scale) - whole * scale;
        const end = this.#at + decimals;
        for (let i = end - 1; i >= this.#at; i--) {
          const tens = Math.floor(digits / 10);
          bytes[i] = 48 + digits - tens * 10;
          digits = tens;
        }
        this.#at = end;
        return;
      }
    }
    this.#at += bytes.write(String(rest), this.#at, "latin1");
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #integer(value: number): void {
    const bytes = this.#bytes;
    let length = 1;
    while (length < 15 && value >= POWERS_OF_TEN[length]!) length++;
    if (value >= 1e15) length = String(value).length;
    const end = this.#at + length;
    let rest = value;
    for (let i = end - 1; i >= this.#at; i--) {
      const tens = Math.floor(rest / 10);
      bytes[i] = 48 + rest - tens * 10;
      rest = tens;
    }
    this.#at = end;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}

function isDecimal(value: number, decimals: number): boolean {
  const scale = POWERS_OF_TEN[decimals]!;
  const scaled = Math.round(value * scale);
  return scaled < 1e15 && scaled / scale === value;
}
