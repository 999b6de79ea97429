import type { Difference, Params } from "./answer.ts";
import type { Part } from "./expression.ts";
import { namesIn, textOf } from "./expression.ts";
import { Grammar } from "./grammar.ts";
import type { Question } from "./question.ts";

/** Where the packaged Graphite answers otherwise than the one we follow, or wrongly on purpose. */
export interface KnownDifference {
  reason: string;
  applies(target: Part, difference: Difference | null, params: Params): boolean;
}

function calls(...names: string[]): (target: Part) => boolean {
  return (target) => namesIn(target).some((name) => names.includes(name));
}

function looksLike(pattern: RegExp): (target: Part) => boolean {
  return (target) => pattern.test(textOf(target));
}

/** Functions that make series, or change their step. */
const MAKES_STEPS =
  /constantLine|threshold|aggregateLine|[sS]ummarize|hitcount|\b(time|sin|identity|verticalLine)(Function)?\(/;

/** Whether series of several steps may meet. */
function mixesSteps(target: Part): boolean {
  const text = textOf(target);
  const steps = text.match(/\bs(?:10|60|300)\b/g) ?? [];
  const tagged = text.match(/seriesByTag\((?:(?!res=).)*?\)/) !== null;
  return tagged || new Set(steps).size > 1 || MAKES_STEPS.test(text);
}

/** Functions that in Graphite ask the server's clock and zone, and not those of the request. */
const CLOCKED = [
  ...["time", "timeFunction", "sin", "sinFunction", "identity", "timeSlice"],
  ...["verticalLine", "linearRegression", "integralByInterval"],
];

/** Whether two texts differ in how numbers are written, or in their last digits, only. */
function differsInNumbers({ text }: Difference): boolean {
  const sides = text
    .split(/ ours (?=["[])/)
    .map((side) =>
      side.replace(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, (number) => Number(number).toPrecision(9)),
    );
  return sides.length === 2 && sides[0]!.endsWith(sides[1]!);
}

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
      difference !== null &&
      mixesSteps(target) &&
      calls("asPercent", "pct", "weightedAverage")(target),
  },
  {
    reason: "a default replaces values where the reference has another step",
    applies: (target, difference) =>
      difference !== null &&
      mixesSteps(target) &&
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
  {
    reason: "clocks and zones of the server instead of those of the request",
    applies: (target, difference, params) =>
      difference !== null && params.tz !== undefined && calls(...CLOCKED)(target),
  },
  {
    reason: "the line without a label is called null",
    applies: looksLike(/verticalLine\("\d+"\)/),
  },
  { reason: "there is nothing in the event store", applies: calls("events") },
  {
    reason: "sums of squares leave rounding only where values differ little",
    applies: (target, difference) =>
      ["values", "names", "tags"].includes(difference?.kind ?? "") && calls("stdev")(target),
  },
  {
    reason: "a point more or less than the series has",
    applies: (target, difference) => difference?.kind === "points" && calls("nPercentile")(target),
  },
  {
    reason: "setXFilesFactor holds for the whole request",
    applies: (target, difference) =>
      difference?.kind === "values" && calls("setXFilesFactor", "xFilesFactor")(target),
  },
  {
    reason: "what is fetched again for another time is stacked on itself",
    applies: (target, difference) =>
      difference?.kind === "values" &&
      namesIn(target).some(Grammar.fetches) &&
      calls("stacked")(target),
  },
  {
    reason: "finer steps are joined by the statistic that was asked for",
    applies: (target, difference) =>
      (difference?.kind === "values" || difference?.kind === "names") &&
      mixesSteps(target) &&
      calls("consolidateBy", "cumulative")(target),
  },
  {
    reason: "whole numbers of Python, and sums in another order",
    applies: (_target, difference) =>
      (difference?.kind === "names" || difference?.kind === "tags") && differsInNumbers(difference),
  },
  {
    reason: "series that were made of one share their tags by accident",
    applies: (target, difference) =>
      difference?.kind === "tags" && looksLike(/areaBetween|holtWinters/)(target),
  },
  {
    reason: "a vertical line is one point, and not two of which one is shown",
    applies: (target, difference) => difference !== null && calls("verticalLine")(target),
  },
  {
    reason: "a product that overflows is no number once a factor is 0",
    applies: (target, difference) =>
      /null ours 0$/.test(difference?.text ?? "") && looksLike(/"multiply"/)(target),
  },
  {
    reason: "a reversed range is an error",
    applies: (target, difference) =>
      difference?.kind === "status" && calls("linearRegression")(target),
  },
];

export function isKnown({ target, params }: Question, difference: Difference | null): boolean {
  return KNOWN_DIFFERENCES.some((known) => known.applies(target, difference, params));
}
