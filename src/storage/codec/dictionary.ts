import { type ByteReader, type ByteWriter, StatFileError } from "./bytes.ts";
import { decodeIntegers, encodeIntegers } from "./integer-stream.ts";
import { decodeLight, encodeLight } from "./light.ts";
import { wordsOf } from "./words.ts";

/**
 * The distinct values of a column, and for each value the number of its entry.
 *
 *     varint    number of entries, at most one per value
 *     column    the entries in ascending order, in one of the light modes, with its mode byte
 *     integers  the numbers, from 0
 */
const MAX_ENTRIES = 4096;

const SLOT_BITS = 13;
const SLOTS = 1 << SLOT_BITS;
/** Number of an entry plus 1, by hash; 0 is free. */
const slots = new Uint16Array(SLOTS);
const entries = new Float64Array(MAX_ENTRIES);
const entryWords = wordsOf(entries, MAX_ENTRIES);
const ranks = new Uint16Array(MAX_ENTRIES);
let numbers = new Float64Array(1 << 10);
let decoded = new Float64Array(1 << 10);

/**
 * Numbers the distinct values in order of appearance and returns how many there are; -1 when there
 * are more than `limit`, or one is NaN. What it finds is what `encodeDictionary` writes next.
 */
export function collectEntries(values: Float64Array, count: number, limit: number): number {
  if (numbers.length < count) numbers = new Float64Array(count * 2);
  slots.fill(0);
  const words = wordsOf(values, count);
  const most = Math.min(Math.floor(limit), MAX_ENTRIES);
  let found = 0;
  for (let i = 0; i < count; i++) {
    const low = words[2 * i]!;
    const high = words[2 * i + 1]!;
    let slot = slotOf(low, high);
    for (;;) {
      const entry = slots[slot]! - 1;
      if (entry < 0) {
        if (found >= most || Number.isNaN(values[i]!)) return -1;
        entryWords[2 * found] = low;
        entryWords[2 * found + 1] = high;
        slots[slot] = found + 1;
        numbers[i] = found++;
        break;
      }
      if (entryWords[2 * entry] === low && entryWords[2 * entry + 1] === high) {
        numbers[i] = entry;
        break;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
  }
  return found;
}

/** Writes the column of the latest `collectEntries`, which found `found`. */
export function encodeDictionary(found: number, count: number, out: ByteWriter): void {
  const sorted = entries.slice(0, found).sort();
  const sortedWords = wordsOf(sorted, found);
  for (let rank = 0; rank < found; rank++) {
    const low = sortedWords[2 * rank]!;
    const high = sortedWords[2 * rank + 1]!;
    let slot = slotOf(low, high);
    for (;;) {
      const entry = slots[slot]! - 1;
      if (entryWords[2 * entry] === low && entryWords[2 * entry + 1] === high) {
        ranks[entry] = rank;
        break;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
  }
  for (let i = 0; i < count; i++) numbers[i] = ranks[numbers[i]!]!;
  out.reserve(10);
  out.varint(found);
  encodeLight(sorted, found, out);
  encodeIntegers(numbers, count, out);
}

/** @throws StatFileError */
export function decodeDictionary(reader: ByteReader, out: Float64Array, count: number): void {
  const size = reader.varint();
  if (size === 0 || size > count) throw new StatFileError("a dictionary has a wrong size");
  if (decoded.length < size) decoded = new Float64Array(size * 2);
  decodeLight(reader.byte(), reader, decoded, size);
  decodeIntegers(reader, out, count);
  for (let i = 0; i < count; i++) {
    const number = out[i]!;
    if (!(number >= 0 && number < size)) throw new StatFileError("a value is in no dictionary");
    out[i] = decoded[number]!;
  }
}

function slotOf(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> (32 - SLOT_BITS);
}
