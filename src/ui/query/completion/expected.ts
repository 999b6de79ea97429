import { freeParams, paramAt } from "../language/bind.ts";
import {
  type FunctionDoc,
  type FunctionDocs,
  type ParamDoc,
  takesSeries,
} from "../language/functions.ts";
import { nodesOf } from "../language/path-text.ts";
import {
  type CallNode,
  innerArguments,
  type LiteralNode,
  type Span,
  stringValue,
  type TreeNode,
  walk,
} from "../language/tree.ts";

/** What may stand at the cursor. */
export interface Expected {
  /** What a chosen completion replaces, and what of it is left of the cursor. */
  from: number;
  to: number;
  typed: string;
  /** Functions: all, those that take series as their first argument, or none. */
  functions: "all" | "of-series" | "none";
  /** For a path: what stands before the node at the cursor, its last dot included. */
  pathBefore: string | null;
  /** What of that node stands before the braces that the cursor is in. */
  nodeBefore: string;
  /** The whole path that the cursor is in. */
  path: Span;
  /** The parameter whose values may stand here. */
  value: ParamDoc | null;
  /** Of a string that the cursor is in; null where a value needs quotes of its own. */
  quote: string | null;
  /** Whether that string has its last quote. */
  isQuoteClosed: boolean;
  /** Inside seriesByTag: the expressions beside this one. */
  tagExpressions: string[] | null;
  /** Parameters that can be given by name here. */
  names: ParamDoc[];
  /** The call that the cursor is in, for its signature. */
  call: ActiveCall | null;
}

export interface ActiveCall {
  call: CallNode;
  doc: FunctionDoc | null;
  param: ParamDoc | null;
  /** The nodes of the first path of the call, for arguments that count nodes. */
  nodes: string[];
}

/** Finds out what may stand at an offset of a text; `root` is the text's tree. */
export function expectedAt(
  text: string,
  root: TreeNode | null,
  cursor: number,
  docs: FunctionDocs,
): Expected {
  const nothing: Expected = {
    from: cursor,
    to: cursor,
    typed: "",
    functions: "none",
    pathBefore: null,
    nodeBefore: "",
    path: { from: cursor, to: cursor },
    value: null,
    quote: null,
    isQuoteClosed: true,
    tagExpressions: null,
    names: [],
    call: null,
  };
  if (root === null) return { ...nothing, functions: "all", pathBefore: "" };
  const call = innermostCall(root, cursor);
  const argument = call === null ? -1 : argumentAt(call, cursor);
  const active = call === null ? null : activeCall(call, argument, docs);
  const leaf = leafAt(root, cursor);
  const base: Expected = { ...nothing, call: active };

  if (leaf === null) {
    if (call === null || !isFree(call, cursor)) return base;
    return {
      ...base,
      ...asArgument(active, argument, call, docs),
      pathBefore: pathAllowed(active),
    };
  }
  if (leaf.kind === "call") {
    const { from, to } = leaf.nameSpan;
    const typed = text.slice(from, cursor);
    const functions = leaf.isPiped ? "of-series" : "all";
    return { ...base, from, to, typed, functions };
  }
  if (leaf.kind === "string") return inString(base, leaf, cursor, active);
  const typed = text.slice(leaf.from, cursor);
  const here = call === null ? null : asArgument(active, argument, call, docs);
  if (leaf.kind !== "path") {
    return { ...base, ...here, from: leaf.from, to: leaf.to, typed };
  }
  if (active !== null && active.param !== null && !allowsSeries(active.param)) {
    return { ...base, ...here, functions: "none", from: leaf.from, to: leaf.to, typed };
  }
  const { from, to, start } = nodeAt(text, leaf.from, leaf.to, cursor);
  const isWhole = from === leaf.from;
  return {
    ...base,
    from,
    to,
    typed: text.slice(from, cursor),
    path: { from: leaf.from, to: leaf.to },
    pathBefore: text.slice(leaf.from, start),
    nodeBefore: from === start ? "" : text.slice(start, text.lastIndexOf("{", from)),
    functions: isWhole ? "all" : "none",
    names: isWhole ? (here?.names ?? []) : [],
  };
}

function innermostCall(root: TreeNode, cursor: number): CallNode | null {
  let found: CallNode | null = null;
  walk(root, (node) => {
    if (node.kind !== "call" || node.open < 0 || cursor <= node.open) return;
    if (node.close < 0 ? cursor <= node.to : cursor <= node.close) found = node;
  });
  return found;
}

/** Among all arguments, the input of a pipe included. */
function argumentAt(call: CallNode, cursor: number): number {
  return call.commas.filter((comma) => comma < cursor).length + (call.isPiped ? 1 : 0);
}

/** What the cursor touches: a literal, a path, or the name of a call. */
function leafAt(
  root: TreeNode,
  cursor: number,
): CallNode | LiteralNode | Extract<TreeNode, { kind: "path" }> | null {
  let found: ReturnType<typeof leafAt> = null;
  walk(root, (node) => {
    if (node.kind === "missing") return;
    if (node.kind === "call") {
      const { from, to } = node.nameSpan;
      if (cursor >= from && cursor <= to && (to > from || node.isPiped)) found = node;
      return;
    }
    if (cursor < node.from || cursor > node.to) return;
    // Before the first quote and behind the last one is outside.
    if (node.kind === "string") {
      if (cursor === node.from || (node.isClosed && cursor === node.to)) return;
    }
    found = node;
  });
  return found;
}

/** Whether nothing stands yet where the cursor is. */
function isFree(call: CallNode, cursor: number): boolean {
  const start = call.commas.filter((comma) => comma < cursor).at(-1) ?? call.open;
  const argument = innerArguments(call)[call.commas.filter((comma) => comma < cursor).length];
  if (argument === undefined) return true;
  return argument.value.kind === "missing" && cursor > start;
}

function activeCall(call: CallNode, argument: number, docs: FunctionDocs): ActiveCall {
  const doc = docs.get(call.name) ?? null;
  const given = call.args[argument]?.name?.text;
  const param =
    given === undefined
      ? paramAt(doc ?? undefined, argument)
      : (doc?.params.find((one) => one.name === given) ?? null);
  return { call, doc, param, nodes: firstNodes(call) };
}

function firstNodes(call: CallNode): string[] {
  let nodes: string[] | null = null;
  walk(call, (node) => {
    if (nodes === null && node.kind === "path") nodes = nodesOf(node.text);
  });
  return nodes ?? [];
}

function asArgument(
  active: ActiveCall | null,
  argument: number,
  call: CallNode,
  docs: FunctionDocs,
): Pick<Expected, "functions" | "value" | "names" | "tagExpressions"> {
  const param = active?.param ?? null;
  const isNamed = (call.args[argument]?.name ?? null) !== null;
  const names =
    argument === 0 || isNamed
      ? []
      : freeParams(call, docs.get(call.name), argument).filter(
          (one) => !one.isMultiple && !takesSeries(one),
        );
  return {
    functions: pathAllowed(active) === null ? "none" : "all",
    value: param !== null && !takesSeries(param) ? param : null,
    names,
    tagExpressions: call.name === "seriesByTag" ? otherExpressions(call, argument) : null,
  };
}

function pathAllowed(active: ActiveCall | null): string | null {
  if (active === null || active.doc === null) return "";
  return active.param !== null && allowsSeries(active.param) ? "" : null;
}

function allowsSeries(param: ParamDoc): boolean {
  return takesSeries(param) || param.type === "any";
}

function inString(
  base: Expected,
  leaf: LiteralNode,
  cursor: number,
  active: ActiveCall | null,
): Expected {
  const param = active?.param ?? null;
  const isTag = active?.call.name === "seriesByTag";
  const from = leaf.from + 1;
  return {
    ...base,
    from,
    to: leaf.isClosed ? leaf.to - 1 : leaf.to,
    typed: leaf.text.slice(1, cursor - leaf.from),
    quote: leaf.text[0]!,
    isQuoteClosed: leaf.isClosed,
    value: param,
    tagExpressions:
      isTag && active !== null
        ? otherExpressions(
            active.call,
            active.call.args.findIndex(({ value }) => value === leaf),
          )
        : null,
  };
}

function otherExpressions(call: CallNode, except: number): string[] {
  return call.args.flatMap(({ value }, i) =>
    i !== except && value.kind === "string" && value.isClosed ? [stringValue(value)] : [],
  );
}

/** The node of a path at the cursor; inside of braces, the word at the cursor. */
function nodeAt(
  text: string,
  first: number,
  end: number,
  cursor: number,
): { from: number; to: number; start: number } {
  let start = first;
  let from = first;
  let isBraced = false;
  for (let at = first; at < cursor; at++) {
    const char = text[at]!;
    if (char === "\\") at++;
    else if (char === ".") {
      start = from = at + 1;
      isBraced = false;
    } else if (char === "{" || (char === "," && isBraced)) {
      from = at + 1;
      isBraced = true;
    } else if (char === "}") isBraced = false;
  }
  let to = Math.max(cursor, from);
  while (to < end && !(isBraced ? /[,}.]/ : /\./).test(text[to]!)) to += text[to] === "\\" ? 2 : 1;
  return { from, to: Math.min(to, end), start };
}
