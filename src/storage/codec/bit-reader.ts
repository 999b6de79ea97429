import { type ByteReader, StatFileError } from "./bytes.ts";

/** How far behind `end` a kernel may look: it checks once per value, and no value has 96 bits. */
const PADDING = 16;
/** Positions count bits and must stay below 2^31. */
const MAX_BYTES = 2 ** 28 - 1;

/**
 * Reads the bit fields that `ByteWriter.bits` writes, low bits first, from a padded copy of a
 * column. A kernel keeps `at` in a local, looks ahead with `peek` and compares `at` with `end` once
 * per value; so nothing beyond the column is ever used, and no read is out of bounds.
 */
export class BitReader {
  #bytes = new Uint8Array(1 << 12);
  view = new DataView(this.#bytes.buffer);
  /** In bits. */
  at = 0;
  end = 0;

  /** Begins where `reader` is. */
  open(reader: ByteReader): void {
    const length = reader.end - reader.at;
    if (length > MAX_BYTES) throw new StatFileError("a column is too long");
    if (length + PADDING > this.#bytes.length) {
      this.#bytes = new Uint8Array(length * 2 + PADDING);
      this.view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(reader.bytes.subarray(reader.at, reader.end));
    this.#bytes.fill(0, length, length + PADDING);
    this.at = 0;
    this.end = length * 8;
  }

  /** A field of at most 24 bits. */
  take(width: number): number {
    const value = peek(this.view, this.at) & ((1 << width) - 1);
    this.at += width;
    if (this.at > this.end) throw new StatFileError("a column is cut off");
    return value;
  }

  /** Moves `reader` behind the last byte of which a bit was used. */
  close(reader: ByteReader): void {
    if (this.at > this.end) throw new StatFileError("a column is cut off");
    reader.at += (this.at + 7) >>> 3;
  }
}

/** The 25 or more bits at a bit position. */
export function peek(view: DataView, at: number): number {
  return view.getUint32(at >>> 3, true) >>> (at & 7);
}

/** The 32 bits at a bit position, as a signed integer. */
export function peek32(view: DataView, at: number): number {
  const shift = at & 7;
  const next = view.getUint8((at >>> 3) + 4);
  return (view.getUint32(at >>> 3, true) >>> shift) | ((next << 1) << (31 - shift));
}
