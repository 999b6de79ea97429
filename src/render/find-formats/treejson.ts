import { compareCodePoints } from "../../model/code-points.ts";
import { jsonFormat, lastNode } from "./find-format.ts";

/**
 * What Grafana's picker and Graphite's tree read. A name that is leaf and branch is one entry: two
 * would break the picker. The id is the query up to its last dot and the name.
 */
export const treejson = jsonFormat((nodes, { query, wildcards }) => {
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
      Number(kindB.isBranch) - Number(kindA.isBranch) || compareCodePoints(a, b),
  );
  const list = entries.map(([text, { isLeaf, isBranch }]) =>
    treeEntry(text, prefix, isLeaf, isBranch),
  );
  if (wildcards && nodes.length > 1) {
    const hasBranch = nodes.some((node) => !node.isLeaf);
    list.unshift(treeEntry("*", prefix, !hasBranch, hasBranch));
  }
  return list;
});

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
