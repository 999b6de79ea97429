import type { Expression } from "./expression.ts";
import { parseTarget } from "./parse-target.ts";

/**
 * The path that a series' name begins with: a name like `scale(a.b,2)` is read as a target, and the
 * first arguments of its calls lead to the path. What cannot be read as a call is an identifier
 * with text after it; any other name is a path itself.
 */
export function firstPathOf(name: string): string {
  if (!name.endsWith(")")) return name;
  const word = /^[A-Za-z_]\w*/.exec(name)?.[0] ?? name;
  try {
    const { expression } = parseTarget(name);
    return expression === null ? word : (firstPath(expression) ?? name);
  } catch {
    return word;
  }
}

function firstPath(expression: Expression): string | null {
  if (expression.type === "path") return expression.text;
  const first = expression.type === "call" ? expression.args[0] : undefined;
  return first === undefined ? null : firstPath(first);
}
