import { compareCodePoints } from "../model/code-points.ts";
import { GraphiteError } from "../model/errors.ts";
import type { FoundNode, SeriesSource } from "./series-source.ts";

/** Which names of the tree are looked for. */
export interface FindRequest {
  query: string;
  /** The query is the beginning of a name. */
  completes: boolean;
  /** With `completes`: `a,b` stands for `{a,b}`. */
  automaticVariants: boolean;
  leavesOnly: boolean;
}

/**
 * Nodes that a query matches, sorted by path, the branch before the leaf of the same path.
 *
 * @throws GraphiteError ERR_PARAMETER without a query, ERR_LIMIT_SERIES
 */
export async function findNodes(
  { query, completes, automaticVariants, leavesOnly }: FindRequest,
  source: SeriesSource,
  maxNames: number,
): Promise<FoundNode[]> {
  if (query === "") {
    throw new GraphiteError("ERR_PARAMETER", "Required parameter 'query' is empty");
  }
  const pattern = completes ? completed(query, automaticVariants) : query;
  const nodes = await source.find(pattern, null, maxNames);
  return leavesOnly ? nodes.filter((node) => node.isLeaf) : nodes;
}

/** The sorted paths that each pattern matches, each once. @throws GraphiteError ERR_LIMIT_SERIES */
export async function expandPatterns(
  queries: readonly string[],
  leavesOnly: boolean,
  source: SeriesSource,
  maxNames: number,
): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  let names = 0;
  for (const query of queries) {
    if (groups.has(query)) continue;
    const nodes = await source.find(query, null, maxNames);
    const paths = nodes.filter((node) => node.isLeaf || !leavesOnly).map((node) => node.path);
    names += paths.length;
    if (names > maxNames) {
      const message = `the patterns match more than ${maxNames} names: ask for less`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    groups.set(query, [...new Set(paths)]);
  }
  return groups;
}

/** What `expandPatterns` found, together or by pattern, as /metrics/expand answers it. */
export function expandJson(groups: ReadonlyMap<string, string[]>, groupByExpr: boolean): string {
  if (groupByExpr) return JSON.stringify({ results: Object.fromEntries(groups) });
  const all = new Set([...groups.values()].flat());
  return JSON.stringify({ results: [...all].sort(compareCodePoints) });
}

function completed(query: string, automaticVariants: boolean): string {
  let pattern = query.replaceAll("..", "*.");
  if (!pattern.endsWith("*")) pattern += "*";
  if (!automaticVariants) return pattern;
  return pattern
    .split(".")
    .map((node) => (node.includes(",") && !node.includes("{") ? `{${node}}` : node))
    .join(".");
}
