import { ByteWriter } from "./bytes.ts";
import { packDecimals } from "./decimal-packing.ts";
import { toDecimals, toNearDecimals } from "./decimals.ts";
import { encodeDeflate } from "./deflate.ts";
import { collectEntries, encodeDictionary } from "./dictionary.ts";
import { planIntegers } from "./integer-plan.ts";
import { encodeIntegers, writePlan } from "./integer-stream.ts";
import { encodeConstant, encodeRaw, isConstant } from "./light.ts";
import { DECIMAL, DEFLATE, DICTIONARY, NEAR_DECIMAL, PACKED, SPLIT_WORDS, XOR } from "./modes.ts";
import { repeatedShares } from "./repeated-shares.ts";
import { encodeSplitWords } from "./split-words.ts";
import { encodeXor } from "./xor.ts";

/** A dictionary pays where every value comes back this often. */
const REPEATS = 8;
/** And for decimals only where most integers between the extremes do not occur. */
const SPARSENESS = 3;
/** Decimals of more places, or of more bytes a value, may do better as any doubles. */
const MANY_PLACES = 8;
const POOR = 3;
/** Of long columns a sample says which encodings are worth trying: half from the beginning. */
const SAMPLE = 512;
/** By how much the whole may differ from what the sample promises, where each value is for itself. */
const MARGIN = 1.03;
/** Deflate is slow, so short columns do without. It finds nothing where no lower halves repeat. */
const MIN_DEFLATED = 32;
const NOISE_SHARE = 0.02;
/** And may do far better than the sample says where this share of values has come before. */
const REPEATED_SHARE = 0.1;
const HOPE = 1.1;

/** The smallest encoding so far, and the one that is tried. */
let best = new ByteWriter();
let trial = new ByteWriter();
let integers = new Float64Array(1 << 10);
let ulps = new Float64Array(1 << 10);
const sample = new Float64Array(SAMPLE);

/** Writes mode and payload for values[0..count), in the mode that takes the fewest bytes. */
export function encodeDense(values: Float64Array, count: number, out: ByteWriter): void {
  best.at = 0;
  if (integers.length < count) {
    integers = new Float64Array(count * 2);
    ulps = new Float64Array(count * 2);
  }
  if (isConstant(values, count)) {
    tryConstant(values, count);
  } else {
    encodeRaw(values, count, best);
    const exponent = toDecimals(values, count, integers);
    if (exponent >= 0) tryDecimals(values, count, exponent);
    const isPlain = exponent >= 0 && exponent <= MANY_PLACES;
    if (!isPlain || best.at > count * POOR) tryDoubles(values, count);
  }
  out.reserve(best.at);
  out.append(best.bytes.subarray(0, best.at));
}

function tryConstant(values: Float64Array, count: number): void {
  encodeConstant(values[0] ?? 0, best);
  // One value says all: a stream of equal integers does not depend on their number.
  const exponent = toDecimals(values, Math.min(count, 1), integers);
  if (count === 0 || exponent < 0) return;
  begin(DECIMAL | exponent);
  encodeIntegers(integers, 1, trial);
  keepSmaller();
}

function tryDecimals(values: Float64Array, count: number, exponent: number): void {
  begin(PACKED);
  if (packDecimals(integers, count, exponent, trial)) keepSmaller();
  const plan = planIntegers(integers, count);
  if (plan === null) return;
  begin(DECIMAL | exponent);
  writePlan(plan, count, trial);
  keepSmaller();
  tryDictionary(values, count, plan.range / SPARSENESS);
}

function tryDoubles(values: Float64Array, count: number): void {
  const exponent = toNearDecimals(values, count, integers, ulps);
  if (exponent >= 0) {
    begin(NEAR_DECIMAL | exponent);
    encodeIntegers(integers, count, trial);
    encodeIntegers(ulps, count, trial);
    keepSmaller();
  }
  tryDictionary(values, count, count);
  const isLong = count > 2 * SAMPLE;
  if (isLong) takeSample(values, count);
  const xorBytes = isLong ? sampleBytes(encodeXor) : 0;
  const splitBytes = isLong ? sampleBytes(encodeSplitWords) : 0;
  if (xorBytes <= splitBytes * MARGIN) {
    begin(XOR);
    encodeXor(values, count, trial);
    keepSmaller();
  }
  if (splitBytes <= xorBytes * MARGIN) {
    begin(SPLIT_WORDS);
    encodeSplitWords(values, count, trial);
    keepSmaller();
  }
  if (isLong ? !isWorthDeflating(values, count) : count < MIN_DEFLATED) return;
  begin(DEFLATE);
  encodeDeflate(values, count, trial);
  keepSmaller();
}

function tryDictionary(values: Float64Array, count: number, limit: number): void {
  const found = collectEntries(values, count, Math.min(limit, Math.ceil(count / REPEATS)));
  if (found < 0) return;
  begin(DICTIONARY);
  encodeDictionary(found, count, trial);
  keepSmaller();
}

function takeSample(values: Float64Array, count: number): void {
  const half = SAMPLE / 2;
  const middle = (count - half) >> 1;
  sample.set(values.subarray(0, half));
  sample.set(values.subarray(middle, middle + half), half);
}

/** Bytes a value of the sample. */
function sampleBytes(encode: typeof encodeXor): number {
  trial.at = 0;
  trial.reserve(SAMPLE * 10 + 64);
  encode(sample, SAMPLE, trial);
  return trial.at / SAMPLE;
}

function isWorthDeflating(values: Float64Array, count: number): boolean {
  const { halves, wholes } = repeatedShares(values, count);
  if (halves < NOISE_SHARE) return false;
  return wholes >= REPEATED_SHARE || sampleBytes(encodeDeflate) < (best.at / count) * HOPE;
}

function begin(mode: number): void {
  trial.at = 0;
  trial.reserve(1);
  trial.byte(mode);
}

function keepSmaller(): void {
  if (trial.at >= best.at) return;
  const smaller = trial;
  trial = best;
  best = smaller;
}
