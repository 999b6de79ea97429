import type { Labels } from "../labels.ts";

/**
 * Told where a text was found in a label: in the arena, like the label's beginning and end. Says
 * whether no more of this label is wanted.
 */
export type Visit = (
  label: number,
  at: number,
  end: number,
  labelStart: number,
  labelEnd: number,
) => boolean;

/**
 * Looks for a text in labels 1 to `count`, whatever the case of ASCII letters: in one pass over the
 * bytes of all of them (Horspool's skips), so that no text is made of any.
 */
export function findInLabels(labels: Labels, count: number, text: Uint8Array, visit: Visit): void {
  const { arena, offsets } = labels.all;
  const length = text.length;
  if (length === 0 || count === 0) return;
  const wanted = text.map((byte) => FOLDED[byte]!);
  const skips = skipsOf(wanted);
  const last = wanted[length - 1]!;
  const limit = offsets[count + 1]!;
  let label = 1;
  let labelEnd = offsets[2]!;
  for (let at = length - 1; at < limit; ) {
    const byte = arena[at]!;
    if (FOLDED[byte] !== last || !endsSo(arena, at, wanted)) {
      at += skips[byte]!;
      continue;
    }
    const start = at - length + 1;
    while (labelEnd <= start) labelEnd = offsets[++label + 1]!;
    // It may be the end of one label and the beginning of the next one.
    const isInside = at < labelEnd;
    if (isInside && visit(label, start, at + 1, offsets[label]!, labelEnd)) {
      at = labelEnd + length - 1;
    } else at++;
  }
}

/** The same in some labels only. */
export function findInSome(
  labels: Labels,
  some: Readonly<Uint32Array>,
  text: Uint8Array,
  visit: Visit,
): void {
  const { arena, offsets } = labels.all;
  const length = text.length;
  if (length === 0) return;
  const wanted = text.map((byte) => FOLDED[byte]!);
  const skips = skipsOf(wanted);
  const last = wanted[length - 1]!;
  for (let i = 0; i < some.length; i++) {
    const label = some[i]!;
    const labelStart = offsets[label]!;
    const labelEnd = offsets[label + 1]!;
    for (let at = labelStart + length - 1; at < labelEnd; ) {
      const byte = arena[at]!;
      if (FOLDED[byte] !== last || !endsSo(arena, at, wanted)) at += skips[byte]!;
      else if (visit(label, at - length + 1, at + 1, labelStart, labelEnd)) break;
      else at++;
    }
  }
}

/** ASCII letters are lower case, all else is as it is. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
);

/** How far the text can be moved when this byte stands at its end. */
function skipsOf(wanted: Uint8Array): Int32Array {
  const skips = new Int32Array(256).fill(wanted.length);
  for (let i = 0; i < wanted.length - 1; i++) {
    const byte = wanted[i]!;
    skips[byte] = wanted.length - 1 - i;
    if (byte >= 97 && byte <= 122) skips[byte - 32] = wanted.length - 1 - i;
  }
  return skips;
}

/** Whether the bytes up to `at` are these; the last one is known to be. */
function endsSo(arena: Readonly<Uint8Array>, at: number, wanted: Uint8Array): boolean {
  for (let i = wanted.length - 2, from = at - wanted.length + 1; i >= 0; i--) {
    if (FOLDED[arena[from + i]!] !== wanted[i]) return false;
  }
  return true;
}
