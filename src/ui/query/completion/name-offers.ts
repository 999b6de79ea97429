import { askNodes, askSearch, askTree, type TreeAnswer } from "../../api/names.ts";
import { askTags, askTagValues } from "../../api/tags.ts";
import { patternOf } from "../language/path-text.ts";
import type { Expected } from "./expected.ts";
import {
  type NameNode,
  nodeOffers,
  type Offer,
  searchOffers,
  tagOffers,
  typedTag,
} from "./offers.ts";

/** Nodes of a level that are asked for; of a longer one, those that begin with what is typed. */
const LEVEL_LIMIT = 1000;
const SHOWN = 50;
/** Shorter words are in too many names. */
const MIN_SEARCHED = 2;
const KEPT_MS = 10_000;

/** Whether the names of series or tags have a say in what may stand at the cursor. */
export function wantsNames(expected: Expected): boolean {
  return expected.pathBefore !== null || expected.tagExpressions !== null;
}

/** Asks the server for names that may stand at the cursor. @throws what the doors throw */
export async function askNameOffers(
  text: string,
  expected: Expected,
  signal: AbortSignal,
): Promise<Offer[]> {
  if (expected.tagExpressions !== null)
    return askTagOffers(expected, expected.tagExpressions, signal);
  if (expected.pathBefore === null) return [];
  const nodes = await nodesAt(expected.pathBefore, expected.nodeBefore + expected.typed, signal);
  const offers = nodeOffers(text, expected, nodes.slice(0, SHOWN));
  const isWord = expected.pathBefore === "" && expected.typed.length >= MIN_SEARCHED;
  if (offers.length > 0 || !isWord || /[*?[{]/.test(expected.typed)) return offers;
  const { hits } = await askSearch(expected.typed, SHOWN, signal);
  return searchOffers(expected, hits);
}

async function askTagOffers(
  expected: Expected,
  others: readonly string[],
  signal: AbortSignal,
): Promise<Offer[]> {
  const { tag, operator, value } = typedTag(expected.typed.replace(/^["']/, ""));
  const words =
    operator === ""
      ? await askTags(others, tag, signal)
      : await askTagValues(
          others,
          tag,
          operator.endsWith("~") ? value.replace(/^\^/, "") : value,
          signal,
        );
  return tagOffers(expected, words.slice(0, SHOWN));
}

async function nodesAt(before: string, typed: string, signal: AbortSignal): Promise<NameNode[]> {
  // A pattern may match many levels: they are looked through by the server.
  if (/[*?[{\\]/.test(before + typed)) return askNodes(`${patternOf(before + typed)}*`, signal);
  const level = await levelAt(before.replace(/\.$/, ""), signal);
  const wanted = typed.toLowerCase();
  const fitting = level.nodes.filter(({ text }) => text.toLowerCase().startsWith(wanted));
  if (level.total <= level.nodes.length || fitting.length >= SHOWN || typed === "") return fitting;
  const { hits } = await askSearch(`${before}${typed}*`, SHOWN, signal);
  return hits
    .filter(({ name }) => name.startsWith(before) && !name.slice(before.length).includes("."))
    .map(({ name, isLeaf, below }) => ({
      text: name.slice(before.length),
      isLeaf,
      isBranch: !isLeaf || below > 1,
    }));
}

/** Levels that were asked for lately: typing on in one asks nothing. */
const levels = new Map<string, { level: TreeAnswer; untilMs: number }>();

async function levelAt(path: string, signal: AbortSignal): Promise<TreeAnswer> {
  const now = Date.now();
  for (const [key, { untilMs }] of levels) if (untilMs < now) levels.delete(key);
  const kept = levels.get(path);
  if (kept !== undefined) return kept.level;
  const level = await askTree(path, 0, LEVEL_LIMIT, signal);
  levels.set(path, { level, untilMs: now + KEPT_MS });
  return level;
}
