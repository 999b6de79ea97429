import type { Expression } from "./expression.ts";
import { parseTarget } from "./parse-target.ts";

/**
 * The first path inside a series' name: a name like `scale(a.b,2)` is read as a target, any other
 * is a path itself.
 */
export function firstPathOf(name: string): string {
  if (!name.endsWith(")")) return name;
  try {
    const { expression } = parseTarget(name);
    return (expression === null ? null : firstPath(expression)) ?? name;
  } catch {
    return name;
  }
}

function firstPath(expression: Expression): string | null {
  if (expression.type === "path") return expression.text;
  if (expression.type !== "call") return null;
  if (expression.name === "seriesByTag") return expression.text;
  for (const arg of expression.args) {
    const path = firstPath(arg);
    if (path !== null) return path;
  }
  return null;
}
