/** A stretch of the text of a target: offsets in UTF-16 units, `to` not included. */
export interface Span {
  from: number;
  to: number;
}

/** A target as it was typed, however far that went. */
export type TreeNode = CallNode | PathNode | LiteralNode | MissingNode;

export interface CallNode extends Span {
  kind: "call";
  name: string;
  nameSpan: Span;
  /** Written `input|name(…)`: the input is the first argument all the same. */
  isPiped: boolean;
  args: ArgumentNode[];
  /** Of the opening parenthesis, -1 where there is none yet; of the closing one, likewise. */
  open: number;
  close: number;
  /** Of the commas between the arguments inside of the parentheses. */
  commas: number[];
}

export interface ArgumentNode {
  /** Of an argument that is given by name. */
  name: (Span & { text: string }) | null;
  value: TreeNode;
}

export interface PathNode extends Span {
  kind: "path";
  text: string;
}

export interface LiteralNode extends Span {
  kind: "number" | "string" | "boolean" | "none";
  /** As typed, quotes included. */
  text: string;
  /** False for a string whose last quote is missing. */
  isClosed: boolean;
}

/** Where something should stand and nothing does. */
export interface MissingNode extends Span {
  kind: "missing";
}

export interface Problem extends Span {
  severity: "error" | "warning";
  message: string;
  /** Whether typing on may well mend it. */
  isUnfinished?: boolean;
}

/** The arguments of a call that stand inside of its parentheses. */
export function innerArguments(call: CallNode): ArgumentNode[] {
  return call.isPiped ? call.args.slice(1) : call.args;
}

/** Calls `visit` for a node and all below it, a node before its arguments. */
export function walk(
  node: TreeNode,
  visit: (node: TreeNode, parent: CallNode | null) => void,
  parent: CallNode | null = null,
): void {
  visit(node, parent);
  if (node.kind !== "call") return;
  for (const { value } of node.args) walk(value, visit, node);
}

/** What a string literal says: quotes off, backslashes stay as the server keeps them. */
export function stringValue(node: LiteralNode): string {
  return node.text.slice(1, node.isClosed ? -1 : undefined);
}
