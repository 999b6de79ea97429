import { GraphiteError } from "./errors.ts";
import { compileRegex } from "./regex.ts";
import { regexPrefixes } from "./regex-prefixes.ts";

/** `tag OP value` of seriesByTag; `=~` and `!=~` are anchored at the start of the value. */
export type TagOperator = "=" | "!=" | "=~" | "!=~";

export interface TagExpression {
  tag: string;
  operator: TagOperator;
  value: string;
}

/** @throws GraphiteError ERR_TAG_EXPRESSION */
export function parseTagExpression(text: string): TagExpression {
  const match = /^([^;!=]+)(!=~|=~|!=|=)([^;]*)$/.exec(text);
  if (match === null) {
    const message = `${JSON.stringify(text.slice(0, 200))} is no tag expression such as name=cpu or dc=~eu.*`;
    throw new GraphiteError("ERR_TAG_EXPRESSION", message);
  }
  return { tag: match[1]!, operator: match[2] as TagOperator, value: match[3]! };
}

/** A tag expression ready to be tried on values; a series without the tag has the empty one. */
export interface TagMatcher {
  matches(value: string): boolean;
  matchesEmpty: boolean;
  /** `!=` and `!=~`: what it names is what does not match. */
  isNegated: boolean;
  /** The one value that it names; null for a regular expression. */
  exact: string | null;
  /** Each value that a regular expression names begins with one of these. */
  prefixes: readonly string[];
}

/** @throws GraphiteError ERR_REGEX */
export function compileTagExpression({ operator, value }: TagExpression): TagMatcher {
  const isNegated = operator.startsWith("!");
  const isRegex = operator.endsWith("~");
  const prefixes = isRegex ? regexPrefixes(value) : [value];
  let test: (text: string) => boolean;
  if (isRegex) {
    const regex = compileRegex(value, { backtracking: "allowed" });
    // Most texts are known by their beginning not to match.
    const [prefix = ""] = prefixes.length === 1 ? prefixes : [];
    test = (text) => text.startsWith(prefix) && regex.matchStart(text);
  } else {
    test = (text) => text === value;
  }
  const matches = (text: string): boolean => test(text) !== isNegated;
  return {
    matches,
    matchesEmpty: matches(""),
    isNegated,
    exact: isRegex ? null : value,
    prefixes,
  };
}

/** At least one expression must need a value. @throws GraphiteError ERR_TAG_EXPRESSION */
export function checkTagExpressions(matchers: readonly TagMatcher[]): void {
  if (matchers.length === 0 || matchers.every((matcher) => matcher.matchesEmpty)) {
    const message = "at least one tag expression must not match the empty string";
    throw new GraphiteError("ERR_TAG_EXPRESSION", message);
  }
}
