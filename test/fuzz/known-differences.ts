import type { Difference } from "./answer.ts";
import type { Part } from "./expression.ts";
import { namesIn, textOf } from "./expression.ts";

/** Where the packaged Graphite answers otherwise than the one we follow, or wrongly on purpose. */
export interface KnownDifference {
  reason: string;
  applies(target: Part, difference: Difference | null): boolean;
}

function calls(...names: string[]): (target: Part) => boolean {
  return (target) => namesIn(target).some((name) => names.includes(name));
}

function looksLike(pattern: RegExp): (target: Part) => boolean {
  return (target) => pattern.test(textOf(target));
}

/** Where series of several steps may meet. */
const MIXED_STEPS = /\{s60,s300\}|constantLine|threshold|[sS]ummarize/;

/**
 * Those that a target alone tells are not asked. docs/differences.md says what we do instead.
 */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  { reason: "chance", applies: calls("randomWalk", "randomWalkFunction") },
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
  {
    reason: "percentages over several steps keep the finer step in Graphite, with too few values",
    applies: (target, difference) =>
      difference !== null && looksLike(MIXED_STEPS)(target) && calls("asPercent", "pct")(target),
  },
  {
    reason: "a default replaces values where the reference has another step",
    applies: (target, difference) =>
      difference !== null &&
      looksLike(MIXED_STEPS)(target) &&
      looksLike(/transformNull\(.*,fuzz\.[^,()]*\)/)(target),
  },
  {
    reason: "a percentage of a series without a name is named oddly",
    applies: (_target, difference) => /asPercent\(.*,\)/.test(difference?.text ?? ""),
  },
  {
    reason: "a percentage that misses its partner takes the times of whichever came before it",
    applies: (_target, difference) =>
      /^(times|points)/.test(difference?.kind ?? "") && /MISSING/.test(difference?.text ?? ""),
  },
];

export function isKnown(target: Part, difference: Difference | null): boolean {
  return KNOWN_DIFFERENCES.some((known) => known.applies(target, difference));
}
