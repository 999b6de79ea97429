import { askDoor, askGraphite } from "./ask.ts";

export interface SearchHit {
  name: string;
  isLeaf: boolean;
  /** Series below it. */
  below: number;
}

export interface SearchAnswer {
  /** Series that match. */
  total: number;
  isComplete: boolean;
  hits: SearchHit[];
}

export interface TreeNode {
  /** A node of the name, or several where there is nothing beside them: `web.eu`. */
  text: string;
  path: string;
  isLeaf: boolean;
  isBranch: boolean;
}

export interface TreeAnswer {
  total: number;
  nodes: TreeNode[];
  /** How many tagged series there are, which are in no level. */
  tagged?: number;
}

/** Names that have all words, the best first. */
export function askSearch(q: string, limit: number, signal: AbortSignal): Promise<SearchAnswer> {
  return askDoor("_/search", { query: { q, limit }, signal });
}

/** What is directly below a path, some of it; the uppermost level for an empty one. */
export function askTree(
  path: string,
  offset: number,
  limit: number,
  signal?: AbortSignal,
): Promise<TreeAnswer> {
  return askDoor("_/tree", { query: { path, offset, limit }, ...(signal && { signal }) });
}

/** The last nodes of what a pattern matches: all of them. */
export async function askNodes(
  query: string,
  signal: AbortSignal,
): Promise<Pick<TreeNode, "text" | "isLeaf" | "isBranch">[]> {
  const found = await askGraphite<{ text: string; leaf: number; allowChildren: number }[]>(
    "metrics/find",
    { query: { query, format: "treejson" }, signal },
  );
  return found.map(({ text, leaf, allowChildren }) => ({
    text,
    isLeaf: leaf === 1,
    isBranch: allowChildren === 1,
  }));
}
