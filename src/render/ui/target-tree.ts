import { functionNamed, functionNames } from "../../functions/index.ts";
import { GraphiteError } from "../../model/errors.ts";
import { nearestName } from "../../model/nearest-name.ts";
import type { Call, Expression } from "../../target/expression.ts";
import { parseTarget } from "../../target/parse-target.ts";

/** A part of a target's text: characters [from, to), counted from 0. */
interface Place {
  from: number;
  to: number;
}

/** A target as an editor sees it. */
export type TargetNode = Place &
  (
    | { kind: "path"; pattern: string }
    | { kind: "number"; value: number }
    | { kind: "string"; value: string }
    | { kind: "boolean"; value: boolean }
    | { kind: "none" }
    | {
        kind: "call";
        name: string;
        /** Where the name stands; what was piped into it is before. */
        nameFrom: number;
        isKnown: boolean;
        args: TargetNode[];
        named: { name: string; value: TargetNode }[];
      }
  );

export interface TargetProblem {
  message: string;
  /** From 1; null where no place is to blame. */
  column: number | null;
  /** What may have been meant. */
  hint: string | null;
}

export interface TargetTree {
  ok: boolean;
  error: TargetProblem | null;
  /** Null where the text cannot be parsed, or asks for nothing. */
  tree: TargetNode | null;
  /** Where text begins that stands behind a complete target, and is ignored. */
  ignoredFrom: number | null;
}

/** What a target's text means, or where it stops making sense; functions that there are not are errors, too. */
export function targetTree(text: string): TargetTree {
  try {
    const { expression, ignored } = parseTarget(text);
    const ignoredFrom = ignored === "" ? null : text.trimEnd().length - ignored.length;
    if (expression === null) return { ok: true, error: null, tree: null, ignoredFrom };
    const tree = nodeOf(expression, text);
    const error = unknownFunction(tree);
    return { ok: error === null, error, tree, ignoredFrom };
  } catch (error) {
    if (!(error instanceof GraphiteError)) throw error;
    const { message, column = null } = error;
    const problem = { message, column, hint: hintFor(text, column) };
    return { ok: false, error: problem, tree: null, ignoredFrom: null };
  }
}

function nodeOf(expression: Expression, source: string): TargetNode {
  const from = expression.column - 1;
  const place = { from, to: Math.min(source.length, from + expression.text.length) };
  switch (expression.type) {
    case "path":
      return { kind: "path", pattern: expression.pattern, from, to: endOfPath(expression, source) };
    case "number":
    case "string":
    case "boolean":
      return { ...place, kind: expression.type, value: expression.value } as TargetNode;
    case "none":
      return { ...place, kind: "none" };
    case "call":
      return callNode(expression, source);
  }
}

function callNode(call: Call, source: string): TargetNode {
  const args = call.args.map((arg) => nodeOf(arg, source));
  const named = call.named.map(({ name, value }) => ({ name, value: nodeOf(value, source) }));
  const nameFrom = call.column - 1;
  const [first] = args;
  // A pipe puts what stands before the name first, and into the text.
  const piped = first !== undefined && first.from < nameFrom ? call.args[0] : undefined;
  const own = piped === undefined ? call.text : call.text.slice(piped.text.length + 1);
  return {
    kind: "call",
    name: call.name,
    nameFrom,
    isKnown: functionNamed(call.name) !== undefined,
    args,
    named,
    from: piped === undefined ? nameFrom : first!.from,
    to: Math.min(source.length, nameFrom + own.length),
  };
}

/** A path's text has no backslashes; what was typed may have one before each character. */
function endOfPath({ column, text }: { column: number; text: string }, source: string): number {
  let at = column - 1;
  for (let i = 0; i < text.length && at < source.length; i++) {
    if (source[at] === "\\" && text[i] !== "\\") at++;
    else if (source[at] === "\\" && source[at + 1] === "\\") at++;
    at++;
  }
  return at;
}

function unknownFunction(node: TargetNode): TargetProblem | null {
  if (node.kind !== "call") return null;
  for (const arg of node.args) {
    const found = unknownFunction(arg);
    if (found !== null) return found;
  }
  if (!node.isKnown) {
    const nearest = nearestName(node.name, functionNames(), Math.ceil(node.name.length / 3));
    const message = `there is no function ${node.name.slice(0, 100)}`;
    return { message, column: node.nameFrom + 1, hint: nearest };
  }
  for (const { value } of node.named) {
    const found = unknownFunction(value);
    if (found !== null) return found;
  }
  return null;
}

/** What is mostly wrong where the text ends too early, or goes on. */
function hintFor(text: string, column: number | null): string | null {
  if (column === null) return null;
  const open = openBrackets(text);
  if (column > text.length && open !== "") return `${open} is missing at the end`;
  const found = text[column - 1];
  if (found === ")") return "there is a ) too many, or an argument is missing before it";
  if (found === "(") return "what stands before ( must be the name of a function";
  return null;
}

/** What would close the quotes and parentheses that are open at the end. */
function openBrackets(text: string): string {
  let [depth, quote] = [0, ""];
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\\") i++;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
  }
  return quote + ")".repeat(Math.max(0, depth));
}
