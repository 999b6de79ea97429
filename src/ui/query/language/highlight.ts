import { type Problem, type TreeNode, walk } from "./tree.ts";

export type TokenKind = "function" | "path" | "wildcard" | "string" | "number" | "word" | "name";

export interface Token {
  from: number;
  to: number;
  kind: TokenKind | null;
  severity: Problem["severity"] | null;
}

/** Cuts a text into stretches of one look each, in order and without holes. */
export function highlight(
  text: string,
  root: TreeNode | null,
  problems: readonly Problem[],
): Token[] {
  const kinds = new Array<TokenKind | null>(text.length).fill(null);
  const severities = new Array<Problem["severity"] | null>(text.length).fill(null);
  if (root !== null) {
    walk(root, (node) => {
      if (node.kind === "call") {
        kinds.fill("function", node.nameSpan.from, node.nameSpan.to);
        for (const { name } of node.args) if (name !== null) kinds.fill("name", name.from, name.to);
      } else if (node.kind === "path") {
        kinds.fill("path", node.from, node.to);
        for (let at = node.from; at < node.to; at++) {
          if (text[at] === "\\") at++;
          else if (/[*?[\]{}]/.test(text[at]!)) kinds[at] = "wildcard";
        }
      } else if (node.kind !== "missing") {
        const kind = node.kind === "string" || node.kind === "number" ? node.kind : "word";
        kinds.fill(kind, node.from, node.to);
      }
    });
  }
  for (const { from, to, severity } of problems) {
    for (let at = from; at < Math.min(to, text.length); at++) {
      if (severities[at] !== "error") severities[at] = severity;
    }
  }
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    const last = tokens.at(-1);
    const kind = kinds[at]!;
    const severity = severities[at]!;
    if (last !== undefined && last.kind === kind && last.severity === severity) last.to = at + 1;
    else tokens.push({ from: at, to: at + 1, kind, severity });
  }
  return tokens;
}
