import { type BitReader, peek } from "./bit-reader.ts";
import { StatFileError } from "./bytes.ts";
import { readCodeLengths } from "./code-lengths.ts";
import { assignCodes, MAX_CODE_BITS } from "./huffman.ts";
import { RUN_CLASSES, SYMBOLS } from "./symbols.ts";

/**
 * The table to decode with has an entry per possible run of bits: 0 for no code, else
 *
 *     bits 0-3   length of the code
 *     bits 4-7   raw bits that follow a value of at most NARROW raw bits
 *     bits 8-    what to add to them: the top bit of z, or 0 for the residual 0
 *
 * Symbols with more raw bits, and runs, are -(symbol << 4 | length).
 */
const table = new Int32Array(1 << MAX_CODE_BITS);
/** Code and raw bits together are in one look ahead. */
const NARROW = 14;
const lengths = new Uint8Array(SYMBOLS);
const codes = new Uint16Array(SYMBOLS);

/** Reads what `writeTokens` wrote into out[from..to), plus `bias`. @throws StatFileError */
export function readTokens(
  bits: BitReader,
  out: Float64Array,
  from: number,
  to: number,
  bias: number,
): void {
  readCodeLengths(bits, lengths);
  assignCodes(lengths, codes);
  const mask = fillTable();
  const { view, end } = bits;
  let { at } = bits;
  let i = from;
  while (i < to) {
    const window = peek(view, at);
    const entry = table[window & mask]!;
    if (entry > 0) {
      const length = entry & 15;
      const width = (entry >> 4) & 15;
      const folded = (entry >> 8) + ((window >>> length) & ((1 << width) - 1));
      out[i++] = bias + ((folded >>> 1) ^ -(folded & 1));
      at += length + width;
    } else {
      if (entry === 0) throw new StatFileError("a column has an unknown code");
      const symbol = -entry >> 4;
      at += -entry & 15;
      if (symbol <= RUN_CLASSES) {
        const run = (1 << symbol) + (peek(view, at) & ((1 << symbol) - 1));
        at += symbol;
        if (run > to - i) throw new StatFileError("a column has too many values");
        // Not `fill`: most runs are short, and a call costs as much as 20 stores.
        for (const stop = i + run; i < stop; i++) out[i] = bias;
      } else {
        const width = symbol - RUN_CLASSES - 1;
        out[i++] = bias + wideResidual(view, at, width);
        at += width;
      }
    }
    if (at > end) throw new StatFileError("a column is cut off");
  }
  bits.at = at;
}

/** Unfolds a z whose lower `width` bits, more than NARROW of them, begin at `at`. */
function wideResidual(view: DataView, at: number, width: number): number {
  const low = peek(view, at);
  if (width <= 24) {
    const folded = (1 << width) | (low & ((1 << width) - 1));
    return (folded >>> 1) ^ -(folded & 1);
  }
  let above = peek(view, at + 24);
  if (width <= 48) {
    above = (above & ((1 << (width - 24)) - 1)) | (1 << (width - 24));
  } else {
    const top = (peek(view, at + 48) & ((1 << (width - 48)) - 1)) | (1 << (width - 48));
    above = (above & 0xff_ffff) + top * 2 ** 24;
  }
  const half = above * 2 ** 23 + ((low & 0xff_ffff) >>> 1);
  return (low & 1) === 0 ? half : -half - 1;
}

/** Returns the mask of the bits that choose an entry. */
function fillTable(): number {
  let longest = 0;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    if (lengths[symbol]! > longest) longest = lengths[symbol]!;
  }
  const size = 1 << longest;
  table.fill(0, 0, size);
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    const entry = entryOf(symbol, length);
    for (let code = codes[symbol]!; code < size; code += 1 << length) table[code] = entry;
  }
  return size - 1;
}

function entryOf(symbol: number, length: number): number {
  if (symbol === 0) return length;
  const width = symbol - RUN_CLASSES - 1;
  if (width < 0 || width > NARROW) return -((symbol << 4) | length);
  return ((1 << width) << 8) | (width << 4) | length;
}
