import { GraphiteError } from "./errors.ts";

/**
 * Graphite's glob patterns. A pattern is a list of nodes divided by dots; within a node `*` is any
 * run, `?` one character, `[abc]` `[a-z]` `[!abc]` a class (`[^` is a literal member), `{a,b}`
 * alternatives that may hold patterns, and a backslash takes the meaning from the next character.
 * The node `**` is any number of nodes, none included.
 *
 * Matching follows all possibilities at once, so its time is bounded by pattern length times text
 * length whatever the pattern is.
 */
export type NodeMatcher =
  | { kind: "literal"; text: string }
  | { kind: "any" }
  | { kind: "anyDepth" }
  | { kind: "match"; test(label: string): boolean };

/** Patterns that braces with dots inside may become. */
const MAX_EXPANSIONS = 1000;
const MAX_PATTERN_LENGTH = 16_384;

type Item =
  | { kind: "char"; char: string }
  | { kind: "one" }
  | { kind: "star" }
  | { kind: "class"; test(char: string): boolean }
  | { kind: "either"; options: Item[][] };

/**
 * The lists of node matchers that a pattern stands for: one, or several when braces hold dots. A
 * pattern that ends in a dot or has an empty node matches nothing.
 *
 * @throws GraphiteError ERR_PARAMETER when the pattern is absurdly long
 */
export function parsePattern(pattern: string): NodeMatcher[][] {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new GraphiteError(
      "ERR_PARAMETER",
      `a pattern has at most ${MAX_PATTERN_LENGTH} characters`,
    );
  }
  const lists: NodeMatcher[][] = [];
  for (const expanded of expandDottedBraces(pattern)) {
    const nodes = splitNodes(expanded);
    if (nodes.includes("")) continue;
    lists.push(nodes.map(parseNode));
  }
  return lists;
}

/** The pattern that matches just this name. */
export function escapePattern(name: string): string {
  return name.replace(/[*?[{}\\,]/g, "\\$&");
}

/** Whether a pattern is just a name. */
export function isLiteralPattern(pattern: string): boolean {
  return !/[*?[{\\]/.test(pattern);
}

export function parseNode(node: string): NodeMatcher {
  if (node === "*") return { kind: "any" };
  if (node === "**") return { kind: "anyDepth" };
  if (isLiteralPattern(node)) return { kind: "literal", text: node };
  const items = parseItems(node, { at: 0 }, 0);
  const literal = literalOf(items);
  if (literal !== null) return { kind: "literal", text: literal };
  return { kind: "match", test: testerOf(items) };
}

function literalOf(items: Item[]): string | null {
  let text = "";
  for (const item of items) {
    if (item.kind !== "char") return null;
    text += item.char;
  }
  return text;
}

/** Reads items up to the end, or to the `,` or `}` that ends an alternative. */
function parseItems(node: string, cursor: { at: number }, depth: number): Item[] {
  const items: Item[] = [];
  while (cursor.at < node.length) {
    const char = node[cursor.at]!;
    if (depth > 0 && (char === "," || char === "}")) break;
    cursor.at++;
    if (char === "*") {
      if (items.at(-1)?.kind !== "star") items.push({ kind: "star" });
    } else if (char === "?") {
      items.push({ kind: "one" });
    } else if (char === "\\" && cursor.at < node.length) {
      items.push({ kind: "char", char: node[cursor.at++]! });
    } else if (char === "[") {
      items.push(parseClass(node, cursor));
    } else if (char === "{") {
      items.push(parseBraces(node, cursor, depth));
    } else {
      items.push({ kind: "char", char });
    }
  }
  return items;
}

function parseBraces(node: string, cursor: { at: number }, depth: number): Item {
  const start = cursor.at;
  if (depth < 50 && closingBrace(node, start - 1) >= 0) {
    const options: Item[][] = [];
    for (;;) {
      options.push(parseItems(node, cursor, depth + 1));
      if (node[cursor.at++] === "}") return { kind: "either", options };
    }
  }
  return { kind: "char", char: "{" };
}

/** A class, or a literal `[` when it is not closed. */
function parseClass(node: string, cursor: { at: number }): Item {
  let at = cursor.at;
  const isNegated = node[at] === "!";
  if (isNegated) at++;
  const first = at;
  while (at < node.length && (node[at] !== "]" || at === first)) at++;
  if (at >= node.length) return { kind: "char", char: "[" };
  const members = node.slice(first, at);
  cursor.at = at + 1;
  const singles = new Set<string>();
  const ranges: [string, string][] = [];
  for (let i = 0; i < members.length; i++) {
    if (members[i + 1] === "-" && i + 2 < members.length) {
      ranges.push([members[i]!, members[i + 2]!]);
      i += 2;
    } else {
      singles.add(members[i]!);
    }
  }
  return {
    kind: "class",
    test: (char) =>
      (singles.has(char) || ranges.some(([low, high]) => char >= low && char <= high)) !==
      isNegated,
  };
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}

function testerOf(items: Item[]): (label: string) => boolean {
  if (items.every((item) => item.kind === "char" || item.kind === "star")) {
    return starTester(items);
  }
  return (label) => {
    let reached = new Uint8Array(label.length + 1);
    reached[0] = 1;
    reached = advance(items, label, reached);
    return reached[label.length] === 1;
  };
}

/** Positions that can be reached from `from` by matching the items. */
function advance(
  items: Item[],
  label: string,
  from: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  let reached = from;
  for (const item of items) {
    const next = new Uint8Array(label.length + 1);
    if (item.kind === "star") {
      const first = reached.indexOf(1);
      if (first >= 0) next.fill(1, first);
    } else if (item.kind === "either") {
      for (const option of item.options) {
        const ends = advance(option, label, reached);
        for (let i = 0; i < next.length; i++) if (ends[i] === 1) next[i] = 1;
      }
    } else {
      for (let i = 0; i < label.length; i++) {
        if (reached[i] === 1 && matchesChar(item, label[i]!)) next[i + 1] = 1;
      }
    }
    reached = next;
  }
  return reached;
}

function matchesChar(item: Item, char: string): boolean {
  if (item.kind === "char") return item.char === char;
  if (item.kind === "class") return item.test(char);
  return true;
}

/** Literal pieces between stars: each is looked for once, from left to right. */
function starTester(items: Item[]): (label: string) => boolean {
  const pieces = [""];
  for (const item of items) {
    if (item.kind === "char") pieces[pieces.length - 1] += item.char;
    else pieces.push("");
  }
  const head = pieces[0]!;
  const tail = pieces.at(-1)!;
  const middle = pieces.slice(1, -1);
  return (label) => {
    if (label.length < head.length + tail.length) return false;
    if (!label.startsWith(head) || !label.endsWith(tail)) return false;
    let at = head.length;
    const end = label.length - tail.length;
    for (const piece of middle) {
      const found = label.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** Splits at dots outside braces and classes. */
function splitNodes(pattern: string): string[] {
  const nodes: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "}") depth = Math.max(0, depth - 1);
    else if (char === "." && depth === 0) {
      nodes.push(pattern.slice(start, i));
      start = i + 1;
    }
  }
  nodes.push(pattern.slice(start));
  return nodes;
}

/** `{a.b,c}.d` is `a.b.d` and `c.d`: braces with dots inside are written out. */
function expandDottedBraces(pattern: string): string[] {
  const done: string[] = [];
  const todo = [pattern];
  while (todo.length > 0) {
    const text = todo.pop()!;
    const braces = dottedBraces(text);
    if (braces === null) {
      done.push(text);
      continue;
    }
    const [open, close] = braces;
    for (const option of splitOptions(text.slice(open + 1, close))) {
      todo.push(text.slice(0, open) + option + text.slice(close + 1));
    }
    if (done.length + todo.length > MAX_EXPANSIONS) {
      throw new GraphiteError(
        "ERR_PARAMETER",
        `braces stand for more than ${MAX_EXPANSIONS} patterns`,
      );
    }
  }
  return done.reverse();
}

function dottedBraces(text: string): [number, number] | null {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") {
      i++;
      continue;
    }
    if (text[i] !== "{") continue;
    const close = closingBrace(text, i);
    if (close < 0) return null;
    if (text.slice(i, close).includes(".")) return [i, close];
    i = close;
  }
  return null;
}

function splitOptions(text: string): string[] {
  const options: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "}") depth--;
    else if (char === "," && depth === 0) {
      options.push(text.slice(start, i));
      start = i + 1;
    }
  }
  options.push(text.slice(start));
  return options;
}
