import { ByteWriter } from "./byte-writer.ts";
import type { Format } from "./format.ts";
import { type RecordWriter, writePeerSeries } from "./peer-series.ts";

/**
 * The series of a pickle as MessagePack.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export const msgpack: Format = {
  contentType: "application/x-msgpack",
  isJson: false,
  write: (list, { xFilesFactor }) => {
    const out = new MsgpackWriter();
    writePeerSeries(list, xFilesFactor, out);
    return out.finish();
  },
};

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const FLOAT_64 = 0xcb;
const UINT_32 = 0xce;
const INT_64 = 0xd3;

/** First bytes of a kind of value, by how its length is written: in the byte, or in 8, 16 or 32 bits. */
interface Lengths {
  fixed: number;
  /** The first length that is not written in the byte. */
  fixedEnd: number;
  bits8: number | null;
  bits16: number;
  bits32: number;
}

const STRING: Lengths = { fixed: 0xa0, fixedEnd: 32, bits8: 0xd9, bits16: 0xda, bits32: 0xdb };
const LIST: Lengths = { fixed: 0x90, fixedEnd: 16, bits8: null, bits16: 0xdc, bits32: 0xdd };
const MAP: Lengths = { fixed: 0x80, fixedEnd: 16, bits8: null, bits16: 0xde, bits32: 0xdf };

export class MsgpackWriter extends ByteWriter implements RecordWriter {
  beginList(length: number): void {
    this.#head(LIST, length);
  }

  endList(): void {}

  beginMap(size: number): void {
    this.#head(MAP, size);
  }

  endMap(): void {}

  key(name: string): void {
    this.string(name);
  }

  string(text: string): void {
    this.#head(STRING, Buffer.byteLength(text));
    this.text(text);
  }

  boolean(value: boolean): void {
    this.byte(value ? TRUE : FALSE);
  }

  integer(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.float(value);
    } else if (value >= 0 && value < 128) {
      this.byte(value);
    } else if (value === value >>> 0) {
      this.byte(UINT_32);
      this.#uint32(value);
    } else {
      this.byte(INT_64);
      this.reserve(8);
      this.view.setBigInt64(this.at, BigInt(value), false);
      this.at += 8;
    }
  }

  float(value: number): void {
    this.reserve(9);
    this.bytes[this.at] = FLOAT_64;
    this.view.setFloat64(this.at + 1, value, false);
    this.at += 9;
  }

  floats(values: Float64Array): void {
    this.#head(LIST, values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) this.byte(NIL);
      else this.float(value);
    }
  }

  #head({ fixed, fixedEnd, bits8, bits16, bits32 }: Lengths, length: number): void {
    if (length < fixedEnd) {
      this.byte(fixed | length);
    } else if (bits8 !== null && length < 1 << 8) {
      this.byte(bits8);
      this.byte(length);
    } else if (length < 1 << 16) {
      this.byte(bits16);
      this.byte(length >> 8);
      this.byte(length & 255);
    } else {
      this.byte(bits32);
      this.#uint32(length);
    }
  }

  #uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.at, value, false);
    this.at += 4;
  }
}
