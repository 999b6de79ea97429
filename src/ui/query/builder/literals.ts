import type { ParamDoc } from "../language/functions.ts";
import { type LiteralNode, stringValue } from "../language/tree.ts";

const NUMBER = /^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$/i;

/** Types whose values are written without quotes where they are numbers. */
const NUMERIC = new Set([
  "any",
  "float",
  "integer",
  "intOrInf",
  "intOrInterval",
  "node",
  "nodeOrTag",
]);

/** How what somebody typed into a parameter's field is written in a target. */
export function writeLiteral(typed: string, param: ParamDoc | null): string {
  const text = typed.trim();
  const type = param?.type ?? "any";
  if (NUMERIC.has(type) && (NUMBER.test(text) || /^inf$/i.test(text))) return text;
  if (/^(true|false)$/i.test(text) && (type === "boolean" || type === "any"))
    return text.toLowerCase();
  if (/^none$/i.test(text) && type !== "string") return "None";
  return quoteText(typed);
}

/**
 * A text in quotes. The language keeps backslashes as they are, so a text with both kinds of quotes,
 * or with a backslash at its end, gets one more than it says.
 */
export function quoteText(text: string): string {
  const quote = hasBare(text, "'") ? '"' : "'";
  const escaped = hasBare(text, quote)
    ? text.replace(/\\.|"/gs, (found) => (found === '"' ? '\\"' : found))
    : text;
  const backslashes = /\\*$/.exec(escaped)![0].length;
  return quote + escaped + (backslashes % 2 === 1 ? "\\" : "") + quote;
}

function hasBare(text: string, quote: string): boolean {
  return text.replace(/\\./gs, "").includes(quote);
}

/** What a literal says, for a field: a string without its quotes, all else as it is written. */
export function readLiteral(text: string): string {
  const isString = /^(["'])/.test(text);
  return isString ? stringValue({ text, isClosed: true } as LiteralNode) : text;
}
