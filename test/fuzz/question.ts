import type { Params } from "./answer.ts";
import { MOVING, POINTWISE } from "./calls.ts";
import type { Chance } from "./chance.ts";
import { namesIn, type Part, pipedTextOf, smaller, textOf } from "./expression.ts";
import { Grammar } from "./grammar.ts";

const MAX_DEPTH = 4;

/** What both servers are asked. */
export interface Question {
  target: Part;
  isPiped: boolean;
  window: { from: number; until: number };
  /**
   * Added to Graphite's window, seconds. In 1.1.8 a moving window ends a point earlier than in 1.2,
   * so that what it answers for the next step is what we answer for this one.
   */
  later: number;
  /** Further parameters of the request. */
  params: Params;
}

/** A random question about series that end at `end`; `text` in place of a random target. */
export function drawQuestion(
  chance: Chance,
  functions: readonly string[],
  end: number,
  text: string | undefined,
): Question {
  const window = drawWindow(chance, end);
  const plain = functions.filter((name) => !MOVING.includes(name));
  const hasMoving = functions.length > plain.length;
  const isMoving = text === undefined && hasMoving && (plain.length === 0 || chance.happens(0.1));
  const grammar = new Grammar(chance, isMoving ? functions : plain, window);
  let target: Part;
  if (text !== undefined) target = { path: text };
  else if (isMoving) target = grammar.movingTarget(chance.integer(1, 3));
  else target = grammar.target(chance.integer(1, MAX_DEPTH));
  // Graphite loses the stages before a function that fetches again.
  const isPiped = chance.happens(0.1) && !namesIn(target).some(Grammar.fetches);
  const params: Record<string, string> = {};
  if (!isMoving && chance.happens(0.25)) params.maxDataPoints = String(chance.integer(1, 200));
  if (chance.happens(0.1)) params.xFilesFactor = chance.pick(["0.2", "0.5", "1"]);
  if (chance.happens(0.1)) params.tz = chance.pick(["Europe/Berlin", "America/New_York"]);
  return { target, isPiped, window, later: isMoving ? grammar.step : 0, params };
}

function drawWindow(chance: Chance, end: number): { from: number; until: number } {
  const until = end - chance.pick([0, 1, 60, 600, 3600, chance.integer(0, 7200)]);
  const span = chance.pick([600, 3600, 7200, chance.integer(1, 9000), chance.integer(60, 1200)]);
  return { from: until - span, until };
}

/** Questions with less in them, which may show the same difference. */
export function simplerQuestions(question: Question): Question[] {
  const simpler: Question[] = [];
  if (question.isPiped) simpler.push({ ...question, isPiped: false });
  for (const name of Object.keys(question.params)) {
    const { [name]: _, ...params } = question.params;
    simpler.push({ ...question, params });
  }
  for (const target of smaller(question.target)) {
    if (question.later === 0 || isAllMoving(target)) simpler.push({ ...question, target });
  }
  const { from, until } = question.window;
  if (until - from > 120) {
    const half = Math.floor((until - from) / 2);
    simpler.push({ ...question, window: { from, until: until - half } });
    simpler.push({ ...question, window: { from: from + half, until } });
  }
  return simpler;
}

/** Whether all series come out of moving windows, so that they may be asked for another time. */
function isAllMoving(part: Part): boolean {
  if (typeof part === "string") return true;
  if ("path" in part) return false;
  return (
    MOVING.includes(part.name) || (POINTWISE.includes(part.name) && part.args.every(isAllMoving))
  );
}

export function targetTextOf({ target, isPiped }: Question): string {
  return isPiped ? pipedTextOf(target) : textOf(target);
}

/** All that is needed to ask it again. */
export function describeQuestion(question: Question): string {
  const { window, later } = question;
  const params = Object.entries(question.params).map(([name, value]) => ` ${name}=${value}`);
  const shift = later === 0 ? "" : ` (Graphite asked ${later} s later)`;
  return `${targetTextOf(question)}\n    from ${window.from} until ${window.until}${params.join("")}${shift}`;
}
