import { GraphiteError } from "./errors.ts";
import { compileRegex } from "./regex.ts";

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
    const message = `${JSON.stringify(text)} is no tag expression such as name=cpu or dc=~eu.*`;
    throw new GraphiteError("ERR_TAG_EXPRESSION", message);
  }
  return { tag: match[1]!, operator: match[2] as TagOperator, value: match[3]! };
}

/** A tag expression ready to be tried on values; a series without the tag has the empty one. */
export interface TagMatcher {
  matches(value: string): boolean;
  matchesEmpty: boolean;
}

/** @throws GraphiteError ERR_REGEX */
export function compileTagExpression({ operator, value }: TagExpression): TagMatcher {
  const isNegated = operator.startsWith("!");
  let test: (text: string) => boolean;
  if (operator.endsWith("~")) {
    const regex = compileRegex(`(?:${value})`, { backtracking: "allowed" });
    test = (text) => regex.matchStart(text);
  } else {
    test = (text) => text === value;
  }
  const matches = (text: string): boolean => test(text) !== isNegated;
  return { matches, matchesEmpty: matches("") };
}

/** At least one expression must need a value. @throws GraphiteError ERR_TAG_EXPRESSION */
export function checkTagExpressions(matchers: readonly TagMatcher[]): void {
  if (matchers.length === 0 || matchers.every((matcher) => matcher.matchesEmpty)) {
    const message = "at least one tag expression must not match the empty string";
    throw new GraphiteError("ERR_TAG_EXPRESSION", message);
  }
}
