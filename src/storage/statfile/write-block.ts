import { ByteWriter } from "../codec/bytes.ts";
import type { EncodeColumn } from "../codec/column-codec.ts";
import { LAST } from "../column.ts";
import type { BlockColumns } from "./block.ts";
import { HAS_MASK, PRESENT_ALL, PRESENT_BITMAP, PRESENT_RANGE, SAME_AS_LAST } from "./format.ts";

let present = new Float64Array(1 << 12);
const column = new ByteWriter();

/** Writes a block of single values; NaN is an empty slot. */
export function writeValues(
  values: Float64Array,
  slots: number,
  encode: EncodeColumn,
  out: ByteWriter,
): void {
  const known = writePresent(values, slots, out);
  encode(present, known, out);
}

/**
 * Writes a block of buckets that are known by one statistic: its values, NaN for none, and how many
 * slots of the finest step each was made of.
 */
export function writeOnly(
  values: Float64Array,
  knownSlots: Float64Array,
  slots: number,
  encode: EncodeColumn,
  out: ByteWriter,
): void {
  const known = writePresent(values, slots, out);
  column.at = 0;
  column.reserve(known * 10 + 64);
  encode(present, known, column);
  out.reserve(column.at + known * 10 + 64);
  out.varint(column.at);
  out.append(column.bytes.subarray(0, column.at));
  let n = 0;
  for (let i = 0; i < slots; i++) if (!Number.isNaN(values[i]!)) present[n++] = knownSlots[i]!;
  encode(present, n, out);
}

/** Writes a block of buckets with the columns of `mask`; that of its section need not be named. */
export function writeColumns(
  block: BlockColumns,
  slots: number,
  mask: number,
  sectionMask: number,
  encode: EncodeColumn,
  out: ByteWriter,
): void {
  if (present.length < slots) present = new Float64Array(slots);
  out.reserve(slots * 10 + 64);
  let known = 0;
  let first = -1;
  let last = -1;
  for (let i = 0; i < slots; i++) {
    if (block.count[i] === 0) continue;
    if (first < 0) first = i;
    last = i;
    known++;
  }
  const isDefault = mask === sectionMask;
  const flags = isDefault ? 0 : HAS_MASK;
  writePresence(out, flags, slots, known, first, last, (slot) => block.count[slot] !== 0);
  if (!isDefault) out.byte(mask);
  const hasLast = (mask & LAST) !== 0;
  const columns = block.columns().filter(([bit]) => (mask & bit) !== 0);
  columns.forEach(([bit, values], i) => {
    column.at = 0;
    column.reserve(known * 10 + 64);
    if (hasLast && bit !== LAST && equals(values, block.last, block.count, slots)) {
      column.byte(SAME_AS_LAST);
    } else {
      let n = 0;
      for (let slot = 0; slot < slots; slot++) {
        if (block.count[slot] !== 0) present[n++] = values[slot]!;
      }
      encode(present, n, column);
    }
    out.reserve(column.at + 10);
    if (i < columns.length - 1) out.varint(column.at);
    out.append(column.bytes.subarray(0, column.at));
  });
}

/** Writes which slots are known, and gathers their values in `present`; returns how many. */
function writePresent(values: Float64Array, slots: number, out: ByteWriter): number {
  if (present.length < slots) present = new Float64Array(slots);
  out.reserve(slots * 10 + 64);
  let known = 0;
  let first = -1;
  let last = -1;
  for (let i = 0; i < slots; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (first < 0) first = i;
    last = i;
    present[known++] = value;
  }
  writePresence(out, 0, slots, known, first, last, (slot) => !Number.isNaN(values[slot]!));
  return known;
}

/** Writes the flags of a block and which of its slots are there, in the fewest bytes. */
export function writePresence(
  out: ByteWriter,
  flags: number,
  slots: number,
  known: number,
  first: number,
  last: number,
  isPresent: (slot: number) => boolean,
): void {
  if (known === slots) {
    out.byte(flags | PRESENT_ALL);
  } else if (known === last - first + 1) {
    out.byte(flags | PRESENT_RANGE);
    out.varint(first);
    out.varint(known);
  } else {
    out.byte(flags | PRESENT_BITMAP);
    for (let at = 0; at < slots; at += 8) {
      let byte = 0;
      for (let i = 0; i < 8 && at + i < slots; i++) if (isPresent(at + i)) byte |= 1 << i;
      out.byte(byte);
    }
  }
}

function equals(a: Float64Array, b: Float64Array, count: Float64Array, slots: number): boolean {
  for (let i = 0; i < slots; i++) if (count[i] !== 0 && !Object.is(a[i], b[i])) return false;
  return true;
}
