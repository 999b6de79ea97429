import { BitReader, peek, peek32 } from "./bit-reader.ts";
import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { wordsOf } from "./words.ts";

/**
 * Each double as the exclusive or with the one before. What differs lies in a window of bits, which
 * is kept until another one is given.
 *
 *     u32, u32   lower and upper half of the first double
 *     then per double, as bit fields
 *     1 bit      0: equal to the one before
 *     1 bit      1: a window follows: 6 bits for the zeros above it, 6 bits for its width less 1
 *     width      the bits in the window
 */
/** A new window costs 12 bits, so it is chosen only where it saves more. */
const WINDOW_COST = 12;

const bits = new BitReader();

export function encodeXor(values: Float64Array, count: number, out: ByteWriter): boolean {
  out.reserve(count * 10 + 16);
  const words = wordsOf(values, count);
  let low = words[0]!;
  let high = words[1]!;
  out.u32(low >>> 0);
  out.u32(high >>> 0);
  let above = 64;
  let below = 64;
  for (let i = 1; i < count; i++) {
    const lowChange = words[2 * i]! ^ low;
    const highChange = words[2 * i + 1]! ^ high;
    if (lowChange === 0 && highChange === 0) {
      out.bits(0, 1);
      continue;
    }
    low = words[2 * i]!;
    high = words[2 * i + 1]!;
    const zerosAbove = highChange === 0 ? 32 + Math.clz32(lowChange) : Math.clz32(highChange);
    const zerosBelow = lowChange === 0 ? 32 + trailingZeros(highChange) : trailingZeros(lowChange);
    const fits = zerosAbove >= above && zerosBelow >= below;
    if (fits && zerosAbove - above + (zerosBelow - below) <= WINDOW_COST) {
      out.bits(1, 2);
    } else {
      above = zerosAbove;
      below = zerosBelow;
      out.bits(3 | (above << 2) | ((63 - above - below) << 8), 14);
    }
    writeWindow(lowChange, highChange, below, 64 - above - below, out);
  }
  out.endBits();
  return true;
}

/** Writes `width` bits of a pair of words, from bit `below` on. */
function writeWindow(
  low: number,
  high: number,
  below: number,
  width: number,
  out: ByteWriter,
): void {
  if (below >= 32) {
    out.bits(high >>> (below - 32), width);
  } else if (below === 0) {
    out.bits(low >>> 0, Math.min(width, 32));
    if (width > 32) out.bits(high >>> 0, width - 32);
  } else {
    out.bits(((low >>> below) | (high << (32 - below))) >>> 0, Math.min(width, 32));
    if (width > 32) out.bits(high >>> below, width - 32);
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** @throws StatFileError */
export function decodeXor(reader: ByteReader, out: Float64Array, count: number): void {
  bits.open(reader);
  const { view, end } = bits;
  if (end < 64) throw new StatFileError("a column is cut off");
  const words = wordsOf(out, count);
  let low = view.getInt32(0, true);
  let high = view.getInt32(4, true);
  words[0] = low;
  words[1] = high;
  let at = 64;
  let below = 0;
  let width = 0;
  for (let i = 1; i < count; i++) {
    const head = peek(view, at);
    if ((head & 1) === 0) {
      at += 1;
    } else {
      at += 2;
      if ((head & 2) !== 0) {
        width = ((head >> 8) & 63) + 1;
        below = 64 - ((head >> 2) & 63) - width;
        at += 12;
        if (below < 0) throw new StatFileError("a column has an impossible window");
      }
      let lowChange = masked(peek32(view, at), width);
      let highChange = width > 32 ? masked(peek32(view, at + 32), width - 32) : 0;
      at += width;
      if (below >= 32) {
        highChange = lowChange << (below - 32);
        lowChange = 0;
      } else if (below > 0) {
        highChange = (highChange << below) | (lowChange >>> (32 - below));
        lowChange <<= below;
      }
      low ^= lowChange;
      high ^= highChange;
    }
    if (at > end) throw new StatFileError("a column is cut off");
    words[2 * i] = low;
    words[2 * i + 1] = high;
  }
  bits.at = at;
  bits.close(reader);
}

function masked(word: number, width: number): number {
  return width >= 32 ? word : word & ((1 << width) - 1);
}
