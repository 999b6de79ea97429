import { StatFileError } from "./bytes.ts";

/** Longer codes save less than a thousandth, and double the table to decode with at every bit. */
export const MAX_CODE_BITS = 10;
const MAX_SYMBOLS = 128;

const order = new Uint8Array(MAX_SYMBOLS);
const weights = new Float64Array(2 * MAX_SYMBOLS);
const parents = new Uint8Array(2 * MAX_SYMBOLS);
const depths = new Uint8Array(2 * MAX_SYMBOLS);

/** Fills `lengths` with the best code lengths; 0 for an unused symbol. */
export function chooseCodeLengths(frequencies: Uint32Array, lengths: Uint8Array): void {
  lengths.fill(0);
  const used = sortByFrequency(frequencies);
  if (used === 1) lengths[order[0]!] = 1;
  if (used < 2) return;
  for (let i = 0; i < used; i++) weights[i] = frequencies[order[i]!]!;
  // Flatter weights give a flatter tree; at the latest when all are 1 it is low enough.
  while (growTree(used) > MAX_CODE_BITS) {
    for (let i = 0; i < used; i++) weights[i] = Math.ceil(weights[i]! / 2);
  }
  for (let i = 0; i < used; i++) lengths[order[i]!] = depths[i]!;
}

/** Puts the used symbols into `order`, rarest first, and returns their number. */
function sortByFrequency(frequencies: Uint32Array): number {
  let used = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const frequency = frequencies[symbol]!;
    if (frequency === 0) continue;
    let at = used++;
    while (at > 0 && frequencies[order[at - 1]!]! > frequency) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = symbol;
  }
  return used;
}

/** Joins the two lightest nodes until one is left; fills `depths` and returns the greatest. */
function growTree(used: number): number {
  const root = 2 * used - 2;
  let leaf = 0;
  let inner = used;
  for (let node = used; node <= root; node++) {
    let weight = 0;
    for (let child = 0; child < 2; child++) {
      const takesLeaf = leaf < used && (inner === node || weights[leaf]! <= weights[inner]!);
      const lightest = takesLeaf ? leaf++ : inner++;
      weight += weights[lightest]!;
      parents[lightest] = node;
    }
    weights[node] = weight;
  }
  depths[root] = 0;
  let deepest = 0;
  for (let node = root - 1; node >= 0; node--) {
    depths[node] = depths[parents[node]!]! + 1;
    if (depths[node]! > deepest) deepest = depths[node]!;
  }
  return deepest;
}

const firstOfLength = new Uint16Array(MAX_CODE_BITS + 2);

/**
 * Fills `codes` from `lengths`, canonically: counting up, shorter codes before longer ones and among
 * equals the lower symbol first. The first bit of a code becomes the lowest bit of its field.
 *
 * @throws StatFileError when there are more codes than bits allow
 */
export function assignCodes(lengths: Uint8Array, codes: Uint16Array): void {
  firstOfLength.fill(0);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    if (lengths[symbol]! > 0) firstOfLength[lengths[symbol]!]!++;
  }
  let code = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    const count = firstOfLength[length]!;
    firstOfLength[length] = code;
    code += count;
    if (code > 1 << length) throw new StatFileError("a column has impossible codes");
    code <<= 1;
  }
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) codes[symbol] = reversed(firstOfLength[length]!++, length);
  }
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
