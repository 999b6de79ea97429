import { sortByPath } from "../../model/code-points.ts";
import { type NameIndex, ROOT } from "./name-index.ts";

/** A row of a tree of names: branches of a single child are one with it. */
export interface LevelNode {
  /** Of the node, or of several with dots between them. */
  text: string;
  path: string;
  isLeaf: boolean;
  isBranch: boolean;
}

export interface NameLevel {
  /** Rows of the whole level. */
  total: number;
  /** By path, in code point order. */
  nodes: LevelNode[];
}

/**
 * What is directly below a path, or the uppermost level for an empty one: `limit` rows from `offset`
 * on. Tagged series are on no level.
 */
export function nameLevel(
  names: NameIndex,
  path: string,
  offset: number,
  limit: number,
): NameLevel {
  const { trie, labels } = names;
  const above = path === "" ? ROOT : path.includes(";") ? 0 : names.nodeAt(path);
  const children: { path: string; node: number }[] = [];
  if (above !== 0) {
    for (const node of liveChildren(above)) {
      children.push({ path: labels.text(trie.label[node]!), node });
    }
  }
  const page = sortByPath(children).slice(offset, offset + limit);
  const nodes = page.map(({ path: text, node }) => merged(text, node));
  return { total: children.length, nodes };

  function* liveChildren(node: number): Generator<number> {
    let child = Atomics.load(trie.firstChild as Int32Array, node);
    while (child !== 0) {
      if (trie.seriesOf[child] !== 0 || trie.liveChildren[child] !== 0) yield child;
      child = trie.nextSibling[child]!;
    }
  }

  function merged(first: string, top: number): LevelNode {
    let [text, node] = [first, top];
    while (trie.seriesOf[node] === 0 && trie.liveChildren[node] === 1) {
      const { value: only } = liveChildren(node).next();
      // It went away meanwhile.
      if (only === undefined) break;
      node = only;
      text += `.${labels.text(trie.label[node]!)}`;
    }
    return {
      text,
      path: path === "" ? text : `${path}.${text}`,
      isLeaf: trie.seriesOf[node] !== 0,
      isBranch: trie.liveChildren[node] !== 0,
    };
  }
}
