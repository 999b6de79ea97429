/** A file that is damaged, or of a version or mode that this program does not know. */
export class StatFileError extends Error {
  override name = "StatFileError";
}

/** A bit field is stored as four bytes at once, of which the next field overwrites some. */
const SLACK = 4;

/** Writes bytes, varints and bit fields into a buffer that grows as needed. */
export class ByteWriter {
  bytes: Uint8Array;
  at = 0;
  #view: DataView;
  #bits = 0;
  #bitCount = 0;

  constructor(size = 1 << 16) {
    this.bytes = new Uint8Array(size + SLACK);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Makes sure that `count` more bytes fit. */
  reserve(count: number): void {
    const needed = this.at + count + SLACK;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, needed));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  u32(value: number): void {
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Takes over bytes as they are; room for them must be there. */
  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  double(value: number): void {
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** A non-negative integer below 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  /** An integer of either sign, below 2^52 in magnitude. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** The low `width` (0 to 53) bits of a non-negative integer, low bits first. */
  bits(value: number, width: number): void {
    if (width <= 24) {
      this.#put(value, width);
      return;
    }
    const high = Math.floor(value / 16_777_216);
    this.#put(value - high * 16_777_216, 24);
    this.bits(high, width - 24);
  }

  /** Fills up the last byte of a run of bit fields. */
  endBits(): void {
    if (this.#bitCount > 0) this.at++;
    this.#bits = 0;
    this.#bitCount = 0;
  }

  #put(value: number, width: number): void {
    const bits = this.#bits | (value << this.#bitCount);
    const count = this.#bitCount + width;
    this.#view.setUint32(this.at, bits, true);
    this.at += count >>> 3;
    this.#bits = bits >>> (count & 24);
    this.#bitCount = count & 7;
  }
}

/** Reads what ByteWriter wrote, and never beyond `end`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (end > bytes.length || at > end) throw new StatFileError("a block is cut off");
  }

  byte(): number {
    this.#need(1);
    return this.bytes[this.at++]!;
  }

  double(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale > 2 ** 49) throw new StatFileError("a number is too long");
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new StatFileError("a number is too large");
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Skips `count` bytes and says where they began. */
  skip(count: number): number {
    this.#need(count);
    const at = this.at;
    this.at += count;
    return at;
  }

  #need(count: number): void {
    if (this.at + count > this.end) throw new StatFileError("a block is cut off");
  }
}
