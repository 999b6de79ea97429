import { inflateRawSync } from "node:zlib";

/**
 * Reads columns as docs/formats/column-codec.md draws them: slowly, bit by bit, and sharing nothing
 * with the reader of the store. It trusts its input.
 */
export function readColumn(bytes: Uint8Array, n: number): Float64Array {
  const reader = new Reader(bytes);
  const values = readMode(reader, n, bytes);
  if (reader.at !== bytes.length) throw new Error("bytes are left over");
  return Float64Array.from(values);
}

function readMode(reader: Reader, n: number, bytes: Uint8Array): number[] {
  const mode = reader.byte();
  if (mode <= 0x0e) return readIntegers(reader, n).map((integer) => integer / 10 ** mode);
  if (mode >= 0x20 && mode <= 0x2e) {
    const decimals = readIntegers(reader, n).map((integer) => integer / 10 ** (mode - 0x20));
    const moves = readIntegers(reader, n);
    return decimals.map((decimal, i) => doubleOf(bitsOf(decimal) + BigInt(moves[i]!)));
  }
  switch (mode) {
    case 0x40:
      return readXor(reader, n);
    case 0x50:
      return readSplitWords(reader, n);
    case 0x60: {
      const entries = readMode(reader, reader.varint(), bytes);
      return readIntegers(reader, n).map((number) => entries[number]!);
    }
    case 0x80: {
      const inflated = new Reader(inflateRawSync(bytes.subarray(reader.at)));
      reader.at = bytes.length;
      return Array.from({ length: n }, () => inflated.double());
    }
    case 0x90:
      return Array.from({ length: n }, () => reader.double());
    case 0x91: {
      const value = reader.double();
      return Array.from({ length: n }, () => value);
    }
    case 0xa0:
      return readPacked(reader, n);
    default:
      throw new Error(`mode ${mode}`);
  }
}

function readPacked(reader: Reader, n: number): number[] {
  const head = reader.byte();
  const order = head >> 4;
  const first = order >= 1 ? reader.zigzag() : 0;
  const slope = order === 2 ? reader.zigzag() : 0;
  const residuals: number[] = [];
  while (residuals.length < n - order) {
    const length = Math.min(64, n - order - residuals.length);
    const width = reader.byte();
    const minimum = reader.zigzag();
    for (let i = 0; i < length; i++) residuals.push(minimum + reader.bits(width));
    reader.endBits();
  }
  let integers = residuals;
  if (order === 1) integers = sums(first, residuals);
  if (order === 2) integers = sums(first, sums(slope, residuals));
  return integers.slice(0, n).map((integer) => integer / 10 ** (head & 15));
}

function sums(first: number, steps: readonly number[]): number[] {
  const result = [first];
  for (const step of steps) result.push(result.at(-1)! + step);
  return result;
}

function readIntegers(reader: Reader, n: number): number[] {
  const head = reader.byte();
  const order = head & 3;
  const magnitude = reader.varint();
  const first = (head & 4) === 0 ? magnitude : -magnitude;
  if (order === 3) return Array.from({ length: n }, () => first);
  const factor = (head & 8) === 0 ? 1 : reader.varint();
  const bias = reader.zigzag();
  const residuals = readResiduals(reader, n - 1);
  let distances = [0];
  if (order === 0) distances.push(...residuals.map((residual) => bias + residual));
  if (order === 1)
    distances = sums(
      0,
      residuals.map((residual) => bias + residual),
    );
  if (order === 2) distances = sums(0, sums(bias, residuals).slice(1));
  return distances.map((distance) => first + factor * distance);
}

function readResiduals(reader: Reader, count: number): number[] {
  const symbols = readCodes(reader);
  const residuals: number[] = [];
  while (residuals.length < count) {
    let code = "";
    while (!symbols.has(code)) {
      code += reader.bits(1);
      if (code.length > 10) throw new Error("no such code");
    }
    const symbol = symbols.get(code)!;
    if (symbol === 0) {
      residuals.push(0);
    } else if (symbol <= 16) {
      const run = 2 ** symbol + reader.bits(symbol);
      for (let i = 0; i < run; i++) residuals.push(0);
    } else {
      const width = symbol - 17;
      const z = 2 ** width + reader.bits(width);
      residuals.push(z % 2 === 0 ? z / 2 : -(z + 1) / 2);
    }
  }
  reader.endBits();
  return residuals;
}

/** Symbol by code, a text of zeros and ones as they come in the stream. */
function readCodes(reader: Reader): Map<string, number> {
  const used: { symbol: number; length: number }[] = [];
  const listed = reader.bits(7);
  for (let symbol = 0; symbol < listed; symbol++) {
    const what = reader.bits(3);
    if (what <= 4) used.push({ symbol, length: (used.at(-1)?.length ?? 4) - 2 + what });
    else if (what === 5) used.push({ symbol, length: reader.bits(4) });
    else if (what === 6) symbol += reader.bits(5);
    else throw new Error("damage");
  }
  used.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  const codes = new Map<string, number>();
  let next = 0;
  let before = used[0]?.length ?? 0;
  for (const { symbol, length } of used) {
    next *= 2 ** (length - before);
    before = length;
    codes.set(next.toString(2).padStart(length, "0"), symbol);
    next++;
  }
  return codes;
}

function readSplitWords(reader: Reader, n: number): number[] {
  const kept = reader.byte();
  const uppers = readIntegers(reader, n);
  const values = uppers.map((upper) => {
    const turned = BigInt(upper);
    const high = (turned >> 1n) | ((turned & 1n) << 31n);
    const low = BigInt(reader.bits(kept)) << BigInt(32 - kept);
    return doubleOf((high << 32n) | low);
  });
  reader.endBits();
  return values;
}

function readXor(reader: Reader, n: number): number[] {
  let bits = bitsOf(reader.double());
  const values = [doubleOf(bits)];
  let above = 0;
  let width = 0;
  while (values.length < n) {
    if (reader.bits(1) === 1) {
      if (reader.bits(1) === 1) {
        above = reader.bits(6);
        width = reader.bits(6) + 1;
      }
      let change = 0n;
      for (let bit = 0; bit < width; bit++) change |= BigInt(reader.bits(1)) << BigInt(bit);
      bits ^= change << BigInt(64 - above - width);
    }
    values.push(doubleOf(bits));
  }
  reader.endBits();
  return values;
}

const scratch = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

function doubleOf(bits: bigint): number {
  scratch.setBigUint64(0, BigInt.asUintN(64, bits));
  return scratch.getFloat64(0);
}

class Reader {
  at = 0;
  #bit = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error("a byte is missing");
    return byte;
  }

  double(): number {
    for (let i = 7; i >= 0; i--) scratch.setUint8(i, this.byte());
    return scratch.getFloat64(0);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const z = this.varint();
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2;
  }

  bits(width: number): number {
    let value = 0;
    for (let i = 0; i < width; i++) {
      value += ((this.#bytes[this.at]! >> this.#bit) & 1) * 2 ** i;
      if (++this.#bit === 8) {
        this.#bit = 0;
        this.at++;
      }
    }
    return value;
  }

  endBits(): void {
    if (this.#bit > 0) this.at++;
    this.#bit = 0;
  }
}
