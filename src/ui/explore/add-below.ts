import { askTree } from "../api/names.ts";
import { say } from "../state/toasts.ts";
import { addToCard, MAX_ADDED } from "./cards.ts";

/** Levels that are looked at, at most: nobody waits for more. */
const MAX_ASKED = 40;

/** Adds the series below a branch, up to a limit, to the current graph. */
export async function addAllBelow(path: string): Promise<void> {
  const found: string[] = [];
  const branches = [path];
  let asked = 0;
  let isWhole = true;
  try {
    while (branches.length > 0 && found.length < MAX_ADDED && asked < MAX_ASKED) {
      asked++;
      const { total, nodes } = await askTree(branches.shift()!, 0, 500);
      if (total > nodes.length) isWhole = false;
      for (const node of nodes) {
        if (node.isLeaf) found.push(node.path);
        if (node.isBranch) branches.push(node.path);
      }
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return;
  }
  const added = found.slice(0, MAX_ADDED);
  if (added.length === 0) {
    say(`There is no series below ${path}.`);
    return;
  }
  addToCard(added);
  if (added.length < found.length || branches.length > 0 || !isWhole) {
    say(`Only the first ${added.length} series are added: a graph of more cannot be read.`);
  }
}
