import type { BitReader } from "./bit-reader.ts";
import { type ByteWriter, StatFileError } from "./bytes.ts";
import { MAX_CODE_BITS } from "./huffman.ts";

/**
 * The code lengths of an alphabet, as bit fields. The length before the first one counts as 4.
 *
 *     7 bits  number of symbols listed; later ones are unused
 *     then per symbol 3 bits
 *     0 to 4  the length of the symbol before that is used, less 2, less 1, itself, plus 1, plus 2
 *     5       4 bits follow: the length
 *     6       5 bits follow: this symbol and so many more are unused
 */
const FIRST_GUESS = 4;
const LARGEST_STEP = 2;
const GIVEN = 5;
const UNUSED = 6;
const MOST_UNUSED = 31;

export function writeCodeLengths(lengths: Uint8Array, out: ByteWriter): void {
  let listed = lengths.length;
  while (listed > 0 && lengths[listed - 1] === 0) listed--;
  out.bits(listed, 7);
  let before = FIRST_GUESS;
  for (let symbol = 0; symbol < listed; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) {
      let more = 0;
      while (more < MOST_UNUSED && lengths[symbol + 1 + more] === 0) more++;
      out.bits(UNUSED | (more << 3), 8);
      symbol += more;
      continue;
    }
    const step = length - before;
    if (Math.abs(step) <= LARGEST_STEP) out.bits(step + LARGEST_STEP, 3);
    else out.bits(GIVEN | (length << 3), 7);
    before = length;
  }
}

/** @throws StatFileError */
export function readCodeLengths(bits: BitReader, lengths: Uint8Array): void {
  lengths.fill(0);
  const listed = bits.take(7);
  if (listed > lengths.length) throw new StatFileError("a column has unknown symbols");
  let before = FIRST_GUESS;
  for (let symbol = 0; symbol < listed; symbol++) {
    const what = bits.take(3);
    if (what === UNUSED) {
      symbol += bits.take(5);
      continue;
    }
    if (what <= 2 * LARGEST_STEP) before += what - LARGEST_STEP;
    else if (what === GIVEN) before = bits.take(4);
    else throw new StatFileError("a column has impossible codes");
    if (before < 1 || before > MAX_CODE_BITS) {
      throw new StatFileError("a column has impossible codes");
    }
    lengths[symbol] = before;
  }
}
