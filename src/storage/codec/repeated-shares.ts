import { wordsOf } from "./words.ts";

/** Values that deflate sees at a time: its window is 32 KiB. */
const MOST = 4096;
const PLACES = 8192;
/** By the hash of a lower half: 1 + number of the value that had it last. */
const table = new Int32Array(PLACES);
const shares = { halves: 0, wholes: 0 };

/** Of how many of the first values the lower half has come before, and the whole; as shares of 1. */
export function repeatedShares(
  values: Float64Array,
  count: number,
): { readonly halves: number; readonly wholes: number } {
  const length = Math.min(count, MOST);
  const words = wordsOf(values, length);
  table.fill(0);
  let halves = 0;
  let wholes = 0;
  for (let i = 0; i < length; i++) {
    const low = words[2 * i]!;
    let place = Math.imul(low, 0x9e3779b1) >>> 19;
    let known = table[place]!;
    while (known !== 0 && words[2 * known - 2] !== low) {
      place = (place + 1) & (PLACES - 1);
      known = table[place]!;
    }
    if (known !== 0) {
      halves++;
      if (words[2 * known - 1] === words[2 * i + 1]) wholes++;
    }
    table[place] = i + 1;
  }
  shares.halves = halves / length;
  shares.wholes = wholes / length;
  return shares;
}
