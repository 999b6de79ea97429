import { compareCodePoints } from "../model/code-points.ts";
import { GraphiteError } from "../model/errors.ts";
import { caretPaths } from "../model/istat-name.ts";
import type { FoundNode } from "../render/series-source.ts";

/** Nodes that a pattern matches as it is typed, else as istat expands its carets. */
export function findWithCarets(
  pattern: string,
  limit: number,
  find: (pattern: string) => FoundNode[],
): FoundNode[] {
  const found = find(pattern);
  if (found.length > 0 || !pattern.includes("^")) return found;
  const paths = caretPaths(pattern);
  if (paths === null) return found;
  const nodes = new Map<string, FoundNode>();
  for (const path of paths) {
    for (const node of find(path)) nodes.set(`${node.path} ${node.isLeaf}`, node);
  }
  if (nodes.size > limit) {
    throw new GraphiteError("ERR_LIMIT_SERIES", `${pattern} matches more than ${limit} names`);
  }
  return sortNodes([...nodes.values()]);
}

/** By path in code point order, a branch before the leaf of the same path. */
export function sortNodes(nodes: FoundNode[]): FoundNode[] {
  return nodes.sort(
    (a, b) => compareCodePoints(a.path, b.path) || Number(a.isLeaf) - Number(b.isLeaf),
  );
}
