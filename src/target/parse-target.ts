import { GraphiteError } from "../model/errors.ts";
import type { Expression, ParsedExpression } from "./expression.ts";
import { SyntaxError as GrammarError, parse } from "./target-grammar.js";
import { expandTemplates } from "./templates.ts";

export const MAX_TARGET_LENGTH = 65_536;
const MAX_NESTING = 100;

export interface ParsedTarget {
  /** Null for a target that asks for nothing: an empty one, or a query with nothing chosen yet. */
  expression: Expression | null;
  /** Text after the complete expression, which is ignored. */
  ignored: string;
}

/**
 * Parses a render target. Text after a complete expression is ignored, as Graphite does: Grafana
 * relies on it. A function call that is not complete is an error, though.
 *
 * @throws GraphiteError ERR_TARGET_SYNTAX with the column
 */
export function parseTarget(
  text: string,
  variables: Readonly<Record<string, string>> = {},
): ParsedTarget {
  if (text.length > MAX_TARGET_LENGTH) {
    throw new GraphiteError(
      "ERR_TARGET_SYNTAX",
      `a target has at most ${MAX_TARGET_LENGTH} characters, this one has ${text.length}`,
    );
  }
  if (text.trim() === "" || isUnfinishedQuery(text)) return { expression: null, ignored: "" };
  checkParentheses(text);
  const { expression, rest } = parse(text, { startRule: "Target" }) as {
    expression: ParsedExpression | null;
    rest: string;
  };
  if (expression === null) throw syntaxError(text);
  checkDepth(expression);
  const isIdentifier = expression.type === "path" && /^[A-Za-z_]\w*$/.test(expression.text);
  if (isIdentifier && rest.trimStart().startsWith("(")) throw syntaxError(text);
  return { expression: expandTemplates(expression, variables), ignored: rest.trim() };
}

/** `aliasSub(, ...)`: what Grafana sends for a query that was emptied. */
function isUnfinishedQuery(text: string): boolean {
  return /^\s*[A-Za-z_]\w*\s*\(\s*,/.test(text);
}

/** Parsing goes as deep as the parentheses do; absurd depth would exhaust the stack. */
function checkParentheses(text: string): void {
  let depth = 0;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\\") {
      // In strings and in paths alike, what follows is only itself.
      i++;
    } else if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === "'" || char === '"') {
      quote = char;
    } else if (char === "(" && ++depth > MAX_NESTING) {
      throw tooDeep(i + 1);
    } else if (char === ")") {
      depth = Math.max(0, depth - 1);
    }
  }
}

/** A pipe nests functions without parentheses. */
function checkDepth(expression: ParsedExpression): void {
  let level = [expression];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING) throw tooDeep(expression.column);
    level = level.flatMap(partsOf);
  }
}

function partsOf(expression: ParsedExpression): ParsedExpression[] {
  if (expression.type === "template") return [expression.body];
  if (expression.type !== "call") return [];
  return [...expression.args, ...expression.named.map(({ value }) => value)];
}

function tooDeep(column: number): GraphiteError {
  const message = `functions are nested more than ${MAX_NESTING} deep, pipes counted`;
  return new GraphiteError("ERR_TARGET_SYNTAX", message, { column });
}

/** Says where the text stops making sense. */
function syntaxError(text: string): GraphiteError {
  try {
    parse(text, { startRule: "Whole" });
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const column = error.location.start.offset + 1;
    const found = column > text.length ? "the end" : JSON.stringify(text[column - 1]);
    return new GraphiteError("ERR_TARGET_SYNTAX", `unexpected ${found} at column ${column}`, {
      column,
    });
  }
  return new GraphiteError("ERR_TARGET_SYNTAX", "the target cannot be parsed");
}
