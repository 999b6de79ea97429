import { GraphiteError } from "../../model/errors.ts";
import { isLiteralPattern, parseNode } from "../../model/glob.ts";
import { parseTagExpression, type TagExpression } from "../../model/tag-expression.ts";
import type { NameIndex } from "../../storage/index/name-index.ts";
import type { SearchWord } from "../../storage/index/search/word-bits.ts";
import { tagExpressionsOf } from "../leaves-job.ts";
import type { TagIndex } from "../tags/tag-index.ts";

const MAX_QUERY = 1000;
const MAX_GLOBS = 5;

/**
 * The words of a search as somebody types them:
 *
 * - a word is looked for anywhere in the name;
 * - with `*`, `?`, `[...]` or `{...}` in it, it is a pattern of whole nodes: of any one node, or with
 *   dots in it of nodes from the uppermost level on. What it does not end in may follow: `web.*.lo`
 *   finds `web.a.load`;
 * - `tag=value`, `tag!=value`, `tag=~regex` and `tag!=~regex` are about tags. A value of which there
 *   is no series is the beginning of one; where there is none of that either, it is a text;
 * - `seriesByTag(...)` by itself is the expressions in it.
 *
 * @throws GraphiteError ERR_PARAMETER, ERR_TAG_EXPRESSION, ERR_REGEX, ERR_LIMIT_SERIES
 */
export function searchWords(query: string, names: NameIndex, tags: TagIndex): SearchWord[] {
  if (query.length > MAX_QUERY) {
    throw new GraphiteError("ERR_PARAMETER", `a search has at most ${MAX_QUERY} characters`);
  }
  if (/^\s*seriesByTag\s*\(/.test(query)) {
    return [withTags(tags.series(tagExpressionsOf(query)), names)];
  }
  const words: SearchWord[] = [];
  const expressions: TagExpression[] = [];
  let globs = 0;
  for (const word of query.split(/\s+/).filter((text) => text !== "")) {
    if (/^[^;!=]+!?=/.test(word)) expressions.push(parseTagExpression(word));
    else if (isLiteralPattern(word)) words.push({ kind: "text", text: word });
    else {
      if (++globs > MAX_GLOBS) {
        throw new GraphiteError("ERR_PARAMETER", `a search has at most ${MAX_GLOBS} patterns`);
      }
      words.push(globWord(word, names));
    }
  }
  if (expressions.length === 0) return words;
  const series = seriesOf(expressions, tags);
  if (series.length > 0) return [...words, withTags(series, names)];
  // Names may have an equals sign in them that is no tag's.
  const texts = expressions.map(({ tag, operator, value }) => `${tag}${operator}${value}`);
  return [...words, ...texts.map((text) => ({ kind: "text", text }) as const)];
}

function globWord(word: string, names: NameIndex): SearchWord {
  // A pattern that is being typed goes on, unless braces or a class are still open.
  const open = /[*}\]]$/.test(word) ? word : `${word}*`;
  if (word.includes(".")) return { kind: "nodes", nodes: names.match(open) };
  const lower = open.toLowerCase();
  const matcher = parseNode(lower);
  const matches = (label: string): boolean => {
    if (matcher.kind === "match") return matcher.test(label);
    return matcher.kind === "literal" ? label === matcher.text : true;
  };
  return { kind: "node", literal: literalIn(lower), matches };
}

/** The longest text that is in all that a pattern of one node matches. */
function literalIn(pattern: string): string {
  if (pattern.includes("\\") || /[{[]/.test(pattern)) return "";
  return pattern.split(/[*?]/).reduce((a, b) => (b.length > a.length ? b : a));
}

/** Of values that nothing has, the series whose values begin so. */
function seriesOf(expressions: readonly TagExpression[], tags: TagIndex): Int32Array {
  const complete = expressions.map((one) => {
    // `tag=` is the beginning of any value.
    return one.operator === "=" && one.value === "" ? ({ ...one, operator: "!=" } as const) : one;
  });
  const exact = tags.series(complete);
  if (exact.length > 0) return exact;
  const begun = complete.map((one) => {
    const value = one.value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return one.operator === "=" ? ({ ...one, operator: "=~", value } as const) : one;
  });
  return tags.series(begun);
}

function withTags(series: Int32Array, names: NameIndex): SearchWord {
  const { nodeOf } = names.trie;
  return { kind: "nodes", nodes: series.map((one) => nodeOf[one]!) };
}
