import { compareCodePoints } from "../../model/code-points.ts";
import { jsonFormat } from "./find-format.ts";

/** The distinct nodes at one position of all paths; paths that are too short have none there. */
export const nodelist = jsonFormat((nodes, { position }) => {
  const found = new Set<string>();
  for (const { path } of nodes) {
    const node = path.split(".").at(position);
    if (node !== undefined) found.add(node);
  }
  return { nodes: [...found].sort(compareCodePoints) };
});
