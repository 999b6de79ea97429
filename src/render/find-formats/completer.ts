import { jsonFormat, lastNode } from "./find-format.ts";

/** What Graphite's composer reads while somebody types: branches end in a dot, flags are texts. */
export const completer = jsonFormat(
  (nodes, { wildcards }) => {
    const metrics: object[] = nodes.map(({ path, isLeaf }) => ({
      path: isLeaf ? path : `${path}.`,
      name: lastNode(path),
      is_leaf: isLeaf ? "1" : "0",
    }));
    if (wildcards && metrics.length > 1) metrics.push({ name: "*" });
    return { metrics };
  },
  { completes: true },
);
