import { compareCodePoints } from "../../../model/code-points.ts";
import { type NameIndex, type NameTrie, TAGGED } from "../name-index.ts";
import { BestNodes } from "./best-nodes.ts";
import { type SearchWord, WordBits } from "./word-bits.ts";

export interface SearchHit {
  name: string;
  isLeaf: boolean;
  /** Series below it; a series that is a branch as well does not count itself. */
  below: number;
}

export interface SearchAnswer {
  /** Series whose names have all the words. */
  total: number;
  /** Whether the hits are all of these. */
  isComplete: boolean;
  hits: SearchHit[];
}

/**
 * The names that have all the words, the best first. A hit is the uppermost node with all of them,
 * branch or series; only where there are fewer than `limit`, series below those follow. Better is
 * what has the words as whole nodes, then at the beginning of nodes or after a hyphen, then what is
 * shorter.
 *
 * Two passes over the trie's columns and one over the bytes of all labels for each word: milliseconds
 * for a million names, and nothing is kept.
 *
 * @throws GraphiteError ERR_PARAMETER for too many words
 */
export function searchNames(
  names: NameIndex,
  words: readonly SearchWord[],
  limit: number,
): SearchAnswer {
  if (words.length === 0) return { total: 0, isComplete: true, hits: [] };
  const { nodeCount, trie } = names;
  const bits = new WordBits(names.labels, nodeCount, words, () => taggedLabels(names));
  const { total, best, deeper } = pass(trie, nodeCount, names.labels.all.offsets, bits, limit);
  const below = best.nodes.some((node) => trie.liveChildren[node] !== 0)
    ? seriesBelow(trie, nodeCount)
    : null;
  const hitOf = (node: number): SearchHit => ({
    name: names.pathOf(node),
    isLeaf: trie.seriesOf[node] !== 0,
    below: below?.[node] ?? 0,
  });
  const hits = [...sorted(best, hitOf), ...sorted(deeper, hitOf)].slice(0, limit);
  const shown = hits.reduce((sum, { isLeaf }) => sum + Number(isLeaf), 0);
  return { total, isComplete: shown >= total, hits };
}

/** By label: 1 for the whole path of a tagged series. A label that came later is not looked at. */
function taggedLabels(names: NameIndex): Uint8Array {
  const { label, nodeOf } = names.trie;
  const { taggedCount } = names;
  const isTagged = new Uint8Array(names.labels.count + 1);
  // What was deleted has no node, and its path is the label of nothing.
  for (let i = 0; i < taggedCount; i++) isTagged[label[nodeOf[names.taggedAt(i)]!]!] = 1;
  isTagged[0] = 0;
  return isTagged;
}

interface Found {
  total: number;
  best: BestNodes;
  deeper: BestNodes;
}

function pass(
  trie: NameTrie,
  nodeCount: number,
  offsets: Readonly<Uint32Array>,
  bits: WordBits,
  limit: number,
): Found {
  const { parent, label, seriesOf, liveChildren } = trie;
  const { done, first, later, ofLabel, ofNode, wanted } = bits;
  const states = new Uint32Array(nodeCount);
  // A tagged path is one label: nothing of it is at a parent.
  states[TAGGED] = later >>> 1;
  const lengths = new Uint16Array(nodeCount);
  const best = new BestNodes(limit);
  const deeper = new BestNodes(limit);
  let total = 0;
  for (let node = TAGGED + 1; node < nodeCount; node++) {
    const up = parent[node]!;
    const own = label[node]!;
    const above = states[up]!;
    const here = ofLabel[own]!;
    let state = (above & done) | (here & first) | ((above << 1) & here & later);
    if (ofNode !== null) state |= ofNode[node]!;
    states[node] = state;
    const length = lengths[up]! + 1 + offsets[own + 1]! - offsets[own]!;
    lengths[node] = length;
    if ((state & wanted) !== wanted) continue;
    const isSeries = seriesOf[node] !== 0;
    if (isSeries) total++;
    else if (liveChildren[node] === 0) continue;
    if ((above & wanted) !== wanted) best.add(node, bits.penalty(state) * LONGEST + length);
    else if (isSeries) deeper.add(node, length);
  }
  return { total, best, deeper };
}

const LONGEST = 65_536;

function sorted(nodes: BestNodes, hitOf: (node: number) => SearchHit): SearchHit[] {
  return nodes.nodes
    .map((node, place) => ({ hit: hitOf(node), key: nodes.keyOf(place) }))
    .sort((a, b) => a.key - b.key || compareCodePoints(a.hit.name, b.hit.name))
    .map(({ hit }) => hit);
}

/** How many series are below each node. */
function seriesBelow(trie: NameTrie, nodeCount: number): Uint32Array {
  const { parent, seriesOf } = trie;
  const below = new Uint32Array(nodeCount);
  for (let node = nodeCount - 1; node > TAGGED; node--) {
    below[parent[node]!]! += below[node]! + (seriesOf[node] === 0 ? 0 : 1);
  }
  return below;
}
