import { GraphiteError } from "../model/errors.ts";
import type { FoundNode, SeriesSource } from "./series-source.ts";

/** A /metrics/find request. */
export interface FindRequest {
  query: string;
  format: "treejson" | "json" | "completer";
  wildcards: boolean;
  leavesOnly: boolean;
  maxNames: number;
}

/** Answers /metrics/find; the body is JSON text. @throws GraphiteError ERR_PARAMETER without a query */
export async function find(request: FindRequest, source: SeriesSource): Promise<string> {
  if (request.query === "") {
    throw new GraphiteError("ERR_PARAMETER", "Missing required parameter 'query'");
  }
  const query = request.format === "completer" ? completed(request.query) : request.query;
  const nodes = (await source.find(query, null, request.maxNames)).filter(
    (node) => node.isLeaf || !request.leavesOnly,
  );
  if (request.format === "json") return JSON.stringify(nodes.map(jsonNode));
  if (request.format === "completer")
    return JSON.stringify({ metrics: completions(nodes, request) });
  return JSON.stringify(tree(nodes, query, request.wildcards));
}

/** The sorted paths that patterns match, or by pattern. */
export async function expand(
  queries: readonly string[],
  groupByExpr: boolean,
  leavesOnly: boolean,
  maxNames: number,
  source: SeriesSource,
): Promise<string> {
  const groups: Record<string, string[]> = {};
  for (const query of queries) {
    const nodes = await source.find(query, null, maxNames);
    const paths = nodes.filter((node) => node.isLeaf || !leavesOnly).map((node) => node.path);
    groups[query] = [...new Set(paths)];
  }
  if (groupByExpr) return JSON.stringify({ results: groups });
  return JSON.stringify({ results: [...new Set(Object.values(groups).flat())].sort() });
}

function jsonNode(node: FoundNode): object {
  if (!node.isLeaf) return { path: node.path, is_leaf: false };
  return { path: node.path, is_leaf: true, intervals: [] };
}

/** A name that is leaf and branch is one entry: two would break Grafana's picker. */
function tree(nodes: readonly FoundNode[], query: string, wildcards: boolean): object[] {
  const prefix = query.slice(0, query.lastIndexOf(".") + 1);
  const kinds = new Map<string, { isLeaf: boolean; isBranch: boolean }>();
  for (const node of nodes) {
    const text = lastNode(node.path);
    const kind = kinds.get(text) ?? { isLeaf: false, isBranch: false };
    if (node.isLeaf) kind.isLeaf = true;
    else kind.isBranch = true;
    kinds.set(text, kind);
  }
  const entries = [...kinds].sort(
    ([a, kindA], [b, kindB]) =>
      Number(kindB.isBranch) - Number(kindA.isBranch) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const list = entries.map(([text, { isLeaf, isBranch }]) =>
    treeEntry(text, prefix, isLeaf, isBranch),
  );
  if (wildcards && list.length > 1) {
    const hasBranch = entries.some(([, kind]) => kind.isBranch);
    list.unshift(treeEntry("*", prefix, !hasBranch, hasBranch));
  }
  return list;
}

function treeEntry(text: string, prefix: string, isLeaf: boolean, isBranch: boolean): object {
  const branch = isBranch ? 1 : 0;
  return {
    text,
    id: prefix + text,
    allowChildren: branch,
    expandable: branch,
    leaf: isLeaf ? 1 : 0,
  };
}

function completed(query: string): string {
  const dotted = query.replaceAll("..", "*.");
  return dotted.endsWith("*") ? dotted : `${dotted}*`;
}

function completions(nodes: readonly FoundNode[], request: FindRequest): object[] {
  const list: object[] = nodes.map((node) => ({
    path: node.isLeaf ? node.path : `${node.path}.`,
    name: lastNode(node.path),
    is_leaf: node.isLeaf ? "1" : "0",
  }));
  if (request.wildcards && list.length > 1) list.push({ name: "*" });
  return list;
}

function lastNode(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
