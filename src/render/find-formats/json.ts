import { intervalOf, jsonFormat } from "./find-format.ts";

/** A name that is leaf and branch is two entries. */
export const json = jsonFormat((nodes, query) =>
  nodes.map((node) => {
    if (!node.isLeaf) return { path: node.path, is_leaf: false };
    const [start, end] = intervalOf(node, query);
    return { path: node.path, is_leaf: true, intervals: [{ start, end }] };
  }),
);
