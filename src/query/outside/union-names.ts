import { sortByPath } from "../../model/code-points.ts";
import { escapePattern } from "../../model/glob.ts";
import type { FoundNode } from "../../render/series-source.ts";
import type { LevelNode, NameLevel } from "../../storage/index/name-level.ts";
import type { SearchAnswer, SearchHit } from "../../storage/index/search/search-names.ts";

/**
 * What several stores have found as one answer: the best of each by turns, each name once. How many
 * there are in all is exact when all are shown; else it is what the store has that found the most.
 */
export function joinSearches(answers: readonly SearchAnswer[], limit: number): SearchAnswer {
  const hits = new Map<string, SearchHit>();
  const most = Math.max(...answers.map((answer) => answer.hits.length));
  for (let place = 0; place < most; place++) {
    for (const answer of answers) {
      const hit = answer.hits[place];
      if (hit === undefined) continue;
      const { isLeaf = false, below = 0 } = hits.get(hit.name) ?? {};
      const joined = { isLeaf: isLeaf || hit.isLeaf, below: Math.max(below, hit.below) };
      hits.set(hit.name, { name: hit.name, ...joined });
    }
  }
  const shown = [...hits.values()].slice(0, limit);
  const isComplete = answers.every((one) => one.isComplete) && hits.size <= limit;
  const leaves = [...hits.values()].filter(({ isLeaf }) => isLeaf).length;
  const total = isComplete ? leaves : Math.max(leaves, ...answers.map((one) => one.total));
  return { total, isComplete, hits: shown };
}

/** As nameLevel, of names that `find` finds: rows below a path, branches of a single child joined. */
export function levelOf(
  find: (pattern: string) => FoundNode[],
  path: string,
  offset: number,
  limit: number,
): NameLevel {
  if (path.includes(";")) return { total: 0, nodes: [] };
  const rows = childrenOf(path);
  const nodes = rows.slice(offset, offset + limit).map((row) => {
    let node = row;
    while (!node.isLeaf) {
      const [only, ...others] = childrenOf(node.path);
      if (only === undefined || others.length > 0) break;
      node = only;
    }
    return { ...node, text: path === "" ? node.path : node.path.slice(path.length + 1) };
  });
  return { total: rows.length, nodes };

  function childrenOf(above: string): LevelNode[] {
    const children = new Map<string, LevelNode>();
    for (const node of find(above === "" ? "*" : `${escapePattern(above)}.*`)) {
      const known = children.get(node.path);
      children.set(node.path, {
        text: "",
        path: node.path,
        isLeaf: node.isLeaf || known?.isLeaf === true,
        isBranch: !node.isLeaf || known?.isBranch === true,
      });
    }
    return sortByPath([...children.values()]);
  }
}
