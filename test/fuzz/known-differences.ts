import type { Part } from "./expression.ts";
import { namesIn, textOf } from "./expression.ts";

/** Where the packaged Graphite answers otherwise than the one we follow, or wrongly on purpose. */
export interface KnownDifference {
  reason: string;
  applies(target: Part): boolean;
}

function calls(...names: string[]): (target: Part) => boolean {
  return (target) => namesIn(target).some((name) => names.includes(name));
}

function looksLike(pattern: RegExp): (target: Part) => boolean {
  return (target) => pattern.test(textOf(target));
}

/** Targets that are not asked. docs/differences.md says what we do instead. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  { reason: "chance", applies: calls("randomWalk", "randomWalkFunction") },
  { reason: "1.1.8 renames and ends it otherwise", applies: calls("compressPeriodicGaps") },
  {
    reason: "a list of lists is no answer",
    applies: (part) => /^map(Series)?\(/.test(textOf(part)),
  },
  {
    reason: "only reduceSeries takes lists of lists",
    applies: looksLike(/(?<!reduce(Series)?\()\bmap(Series)?\(/),
  },
  { reason: "delay by 0 empties the series in Graphite", applies: looksLike(/\bdelay\(.*,-?0\)/) },
  { reason: "one point too many in Graphite", applies: calls("exponentialMovingAverage") },
];
