import type { Expression } from "../target/expression.ts";
import { parseTarget } from "../target/parse-target.ts";

/**
 * What the frontend of a cluster asks one of its members for: a path or pattern, of which anything
 * may be a character, or a call. Only what is a complete call is taken for one: an error would make
 * the frontend leave this server out for a minute.
 *
 * @throws GraphiteError ERR_TARGET_SYNTAX for a seriesByTag that cannot be parsed
 */
export function peerExpression(text: string): Expression {
  if (text.includes("(")) {
    try {
      const { expression, ignored } = parseTarget(text);
      if (expression?.type === "call" && ignored === "") return expression;
    } catch (error) {
      if (text.startsWith("seriesByTag(")) throw error;
    }
  }
  return { type: "path", pattern: text, text, column: 1 };
}
