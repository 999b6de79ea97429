import type { ByteWriter } from "./bytes.ts";
import { writeCodeLengths } from "./code-lengths.ts";
import { assignCodes, chooseCodeLengths } from "./huffman.ts";
import type { IntegerPlan } from "./integer-plan.ts";
import { bitLength, RUN_CLASSES, SYMBOLS, VALUE_CLASSES } from "./symbols.ts";

const MAX_RUN = 2 ** (RUN_CLASSES + 1) - 1;
const POWERS_OF_TWO = Float64Array.from({ length: VALUE_CLASSES }, (_, i) => 2 ** i);
const frequencies = new Uint32Array(SYMBOLS);
const lengths = new Uint8Array(SYMBOLS);
const codes = new Uint16Array(SYMBOLS);
/** The tokens: a symbol each, and what its raw bits say. */
let symbols = new Uint8Array(1 << 10);
let details = new Float64Array(1 << 10);
/** Shorter runs are cheaper as single zeros. */
let minRun = 0;

/** Writes the `count` residuals of a plan. */
export function writeTokens(plan: IntegerPlan, count: number, out: ByteWriter): void {
  if (symbols.length < count) {
    symbols = new Uint8Array(count * 2);
    details = new Float64Array(count * 2);
  }
  const { residuals } = plan;
  minRun = minRunOf(plan.zeroShare);
  // Second differences reach twice the range.
  const isNarrow = plan.range < 2 ** 29;
  frequencies.fill(0);
  const tokens = isNarrow
    ? tokenise(residuals, count, symbols, details)
    : tokeniseWide(residuals, count, symbols, details);
  chooseCodeLengths(frequencies, lengths);
  assignCodes(lengths, codes);
  writeCodeLengths(lengths, out);
  if (isNarrow) putTokens(symbols, details, tokens, out);
  else putWideTokens(symbols, details, tokens, out);
  out.endBits();
}

/** The more zeros there are, the rarer is a symbol that ends a run, and the cheaper one for a run. */
function minRunOf(zeroShare: number): number {
  if (zeroShare > 0.75) return 2;
  return zeroShare > 0.6 ? 4 : 16;
}

/** Writes tokens whose raw bits are at most 30. */
function putTokens(
  symbols: Uint8Array,
  details: Float64Array,
  count: number,
  out: ByteWriter,
): void {
  for (let i = 0; i < count; i++) {
    const symbol = symbols[i]!;
    const detail = details[i]! | 0;
    const length = lengths[symbol]!;
    const width = rawBitsOf(symbol);
    if (length + width <= 24) {
      out.bits(codes[symbol]! | (detail << length), length + width);
    } else {
      out.bits(codes[symbol]!, length);
      out.bits(detail, width);
    }
  }
}

function putWideTokens(
  symbols: Uint8Array,
  details: Float64Array,
  count: number,
  out: ByteWriter,
): void {
  for (let i = 0; i < count; i++) {
    const symbol = symbols[i]!;
    out.bits(codes[symbol]!, lengths[symbol]!);
    out.bits(details[i]!, rawBitsOf(symbol));
  }
}

function rawBitsOf(symbol: number): number {
  return symbol <= RUN_CLASSES ? symbol : symbol - RUN_CLASSES - 1;
}

/** Turns residuals below 2^30 in magnitude into tokens and returns their number. */
function tokenise(
  residuals: Float64Array,
  count: number,
  symbols: Uint8Array,
  details: Float64Array,
): number {
  let tokens = 0;
  for (let i = 0; i < count; i++) {
    const residual = residuals[i]! | 0;
    if (residual === 0) {
      const end = endOfRun(residuals, i, count);
      tokens = addRun(end - i, tokens);
      i = end - 1;
      continue;
    }
    const folded = (residual << 1) ^ (residual >> 31);
    const size = 32 - Math.clz32(folded);
    symbols[tokens] = RUN_CLASSES + size;
    details[tokens++] = folded ^ (1 << (size - 1));
    frequencies[RUN_CLASSES + size]!++;
  }
  return tokens;
}

function tokeniseWide(
  residuals: Float64Array,
  count: number,
  symbols: Uint8Array,
  details: Float64Array,
): number {
  let tokens = 0;
  for (let i = 0; i < count; i++) {
    const residual = residuals[i]!;
    if (residual === 0) {
      const end = endOfRun(residuals, i, count);
      tokens = addRun(end - i, tokens);
      i = end - 1;
      continue;
    }
    const folded = residual < 0 ? -2 * residual - 1 : 2 * residual;
    const size = bitLength(folded);
    symbols[tokens] = RUN_CLASSES + size;
    details[tokens++] = folded - POWERS_OF_TWO[size - 1]!;
    frequencies[RUN_CLASSES + size]!++;
  }
  return tokens;
}

function endOfRun(residuals: Float64Array, from: number, count: number): number {
  const limit = Math.min(count, from + MAX_RUN);
  let end = from + 1;
  while (end < limit && residuals[end] === 0) end++;
  return end;
}

function addRun(length: number, at: number): number {
  let tokens = at;
  if (length >= minRun) {
    const size = 31 - Math.clz32(length);
    symbols[tokens] = size;
    details[tokens++] = length - (1 << size);
    frequencies[size]!++;
    return tokens;
  }
  for (let i = 0; i < length; i++) {
    symbols[tokens] = 0;
    details[tokens++] = 0;
  }
  frequencies[0]! += length;
  return tokens;
}
