import { type NameIndex, ROOT, TAGGED } from "./name-index.ts";
import { BestNodes } from "./search/best-nodes.ts";

/** How many series there are below a name, and how many of them are new. */
export interface BranchCount {
  text: string;
  path: string;
  /** A series of this name is one of them. */
  series: number;
  /** Of a number that is not below the bounds that were given; null without one. */
  newInHour: number | null;
  newInDay: number | null;
  isBranch: boolean;
}

export interface Cardinality {
  /** Series below the prefix, or in all. */
  total: number;
  newInHour: number | null;
  newInDay: number | null;
  /** Names of the level; `rows` are the largest of them. */
  branches: number;
  rows: BranchCount[];
}

/** Bounds of series numbers: those from there on are new. */
export interface NewBounds {
  hour: number | null;
  day: number | null;
}

/**
 * The names directly below a prefix by how many series they have, in one pass over the trie. All
 * tagged series are one row of the uppermost level, without a path.
 */
export function cardinalityBelow(
  names: NameIndex,
  prefix: string,
  bounds: NewBounds,
  limit: number,
): Cardinality {
  const { nodeCount, trie, labels } = names;
  const { parent, seriesOf, label } = trie;
  const all = new Uint32Array(nodeCount);
  const newInHour = new Uint32Array(nodeCount);
  const newInDay = new Uint32Array(nodeCount);
  const hour = bounds.hour ?? Number.POSITIVE_INFINITY;
  const day = bounds.day ?? Number.POSITIVE_INFINITY;
  for (let node = nodeCount - 1; node > TAGGED; node--) {
    const series = seriesOf[node]! - 1;
    if (series >= 0) {
      all[node]!++;
      if (series >= hour) newInHour[node]!++;
      if (series >= day) newInDay[node]!++;
    }
    const up = parent[node]!;
    all[up]! += all[node]!;
    newInHour[up]! += newInHour[node]!;
    newInDay[up]! += newInDay[node]!;
  }
  const isTop = prefix === "";
  const above = isTop ? ROOT : names.nodeAt(prefix);
  const told = (counts: Uint32Array, node: number, bound: number | null): number | null =>
    bound === null ? null : counts[node]!;
  const rowOf = (node: number, text: string, path: string): BranchCount => ({
    text,
    path,
    series: all[node]!,
    newInHour: told(newInHour, node, bounds.hour),
    newInDay: told(newInDay, node, bounds.day),
    isBranch: trie.liveChildren[node] !== 0,
  });
  const largest = new BestNodes(limit);
  let branches = 0;
  for (let child = above === 0 ? 0 : trie.firstChild[above]!; child !== 0; ) {
    // One that came during the pass is not counted.
    if (child < nodeCount && all[child] !== 0) {
      branches++;
      largest.add(child, -all[child]!);
    }
    child = trie.nextSibling[child]!;
  }
  const rows = largest.nodes.map((node) => {
    const text = labels.text(label[node]!);
    return rowOf(node, text, isTop ? text : `${prefix}.${text}`);
  });
  const sum = rowOf(above, "", prefix);
  if (isTop && all[TAGGED] !== 0) {
    const tagged = rowOf(TAGGED, "", "");
    rows.push(tagged);
    rows.sort((a, b) => b.series - a.series);
    branches++;
    sum.series += tagged.series;
    if (sum.newInHour !== null) sum.newInHour += tagged.newInHour ?? 0;
    if (sum.newInDay !== null) sum.newInDay += tagged.newInDay ?? 0;
  }
  const { series: total } = sum;
  return { total, newInHour: sum.newInHour, newInDay: sum.newInDay, branches, rows };
}
