import { ByteWriter } from "./byte-writer.ts";
import type { Format } from "./format.ts";
import { type RecordWriter, writePeerSeries } from "./peer-series.ts";

/** What graphite-web asks its cluster peers for: a Python pickle of a list of dicts. */
export const pickle: Format = {
  contentType: "application/pickle",
  isJson: false,
  write: (list, { xFilesFactor }) => {
    const out = new PickleWriter();
    writePeerSeries(list, xFilesFactor, out);
    return out.finish();
  },
};

// Opcodes of pickle's protocol 2, which every Python since 2.3 reads; arguments in little-endian,
// floats in big-endian.
const PROTO = 0x80;
const STOP = 0x2e;
const NONE = 0x4e;
const TRUE = 0x88;
const FALSE = 0x89;
const MARK = 0x28;
const EMPTY_LIST = 0x5d;
const APPENDS = 0x65;
const EMPTY_DICT = 0x7d;
const SETITEMS = 0x75;
const BINUNICODE = 0x58;
const BINPUT = 0x71;
const BINGET = 0x68;
const BININT = 0x4a;
const LONG1 = 0x8a;
const BINFLOAT = 0x47;

const MAX_MEMO = 256;

export class PickleWriter extends ByteWriter implements RecordWriter {
  /** Keys come again with every map; from the second time on they are named by their number. */
  readonly #memo = new Map<string, number>();

  constructor() {
    super();
    this.byte(PROTO);
    this.byte(2);
  }

  override finish(): Uint8Array {
    this.byte(STOP);
    return super.finish();
  }

  beginList(length: number): void {
    this.byte(EMPTY_LIST);
    if (length > 0) this.byte(MARK);
  }

  endList(length: number): void {
    if (length > 0) this.byte(APPENDS);
  }

  beginMap(): void {
    this.byte(EMPTY_DICT);
    this.byte(MARK);
  }

  endMap(): void {
    this.byte(SETITEMS);
  }

  key(name: string): void {
    const known = this.#memo.get(name);
    if (known !== undefined) {
      this.byte(BINGET);
      this.byte(known);
      return;
    }
    this.string(name);
    if (this.#memo.size === MAX_MEMO) return;
    this.byte(BINPUT);
    this.byte(this.#memo.size);
    this.#memo.set(name, this.#memo.size);
  }

  string(text: string): void {
    this.byte(BINUNICODE);
    this.reserve(4);
    this.view.setUint32(this.at, Buffer.byteLength(text), true);
    this.at += 4;
    this.text(text);
  }

  boolean(value: boolean): void {
    this.byte(value ? TRUE : FALSE);
  }

  integer(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.float(value);
    } else if (value === (value | 0)) {
      this.byte(BININT);
      this.reserve(4);
      this.view.setInt32(this.at, value, true);
      this.at += 4;
    } else {
      this.byte(LONG1);
      this.byte(8);
      this.reserve(8);
      this.view.setBigInt64(this.at, BigInt(value), true);
      this.at += 8;
    }
  }

  float(value: number): void {
    this.reserve(9);
    this.bytes[this.at] = BINFLOAT;
    this.view.setFloat64(this.at + 1, value, false);
    this.at += 9;
  }

  floats(values: Float64Array): void {
    this.beginList(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) this.byte(NONE);
      else this.float(value);
    }
    this.endList(values.length);
  }
}
