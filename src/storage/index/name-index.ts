import { compareCodePoints } from "../../model/code-points.ts";
import { GraphiteError } from "../../model/errors.ts";
import { type NodeMatcher, parsePattern } from "../../model/glob.ts";
import { GrowingHash, type GrowingHashMemory } from "./growing-hash.ts";
import { type LabelMemory, Labels } from "./labels.ts";

/** A branch or a leaf; a path that is both comes twice. */
export interface FoundName {
  path: string;
  isLeaf: boolean;
  /** -1 for a branch. */
  series: number;
}

export interface NameIndexMemory {
  labels: LabelMemory;
  parent: SharedArrayBuffer;
  label: SharedArrayBuffer;
  firstChild: SharedArrayBuffer;
  nextSibling: SharedArrayBuffer;
  /** 1 + series of a node; 0 for a mere branch. */
  seriesOf: SharedArrayBuffer;
  nodeOf: SharedArrayBuffer;
  /** Children of a node that are live: with a series, or with live children. */
  liveChildren: SharedArrayBuffer;
  children: GrowingHashMemory;
  /** Series with tags, in the order in which they came. */
  tagged: SharedArrayBuffer;
  counts: SharedArrayBuffer;
}

const DOT = 0x2e;

/** The trie as columns by node, for passes over all of it: a node has a higher number than its parent. */
export interface NameTrie {
  parent: Readonly<Int32Array>;
  label: Readonly<Int32Array>;
  firstChild: Readonly<Int32Array>;
  nextSibling: Readonly<Int32Array>;
  /** 1 + series of a node; 0 for a mere branch. */
  seriesOf: Readonly<Int32Array>;
  /** Node by series; 0 for none. */
  nodeOf: Readonly<Int32Array>;
  liveChildren: Readonly<Int32Array>;
}

export const ROOT = 1;
/** Tagged series hang below a node of their own, each under its whole path as one label. */
export const TAGGED = 2;
const NODES = 0;
const TAGGED_COUNT = 1;
const SERIES = 2;
const VERSION = 3;

/** Matched nodes after which a query gives up. */
const MAX_NODES = 10_000_000;

/**
 * All series names as a trie over the nodes of their paths, in shared memory: written by the ingest
 * thread, read by every query thread without a lock. A node is complete before its parent leads to
 * it; nothing moves. A node whose series was deleted stays, and is not found as long as nothing
 * below it is live.
 */
export class NameIndex {
  readonly labels: Labels;
  readonly #parent: Int32Array;
  readonly #label: Int32Array;
  readonly #firstChild: Int32Array;
  readonly #nextSibling: Int32Array;
  readonly #seriesOf: Int32Array;
  readonly #nodeOf: Int32Array;
  readonly #liveChildren: Int32Array;
  readonly #children: GrowingHash;
  readonly #tagged: Int32Array;
  readonly #counts: Int32Array;
  /** The path that was added last, and the nodes of its labels. */
  #lastPath = "";
  readonly #lastNodes: number[] = [];

  static reserve(maxSeries: number): NameIndexMemory {
    const nodes = maxSeries * 2 + 4096;
    const words = (count: number): SharedArrayBuffer => new SharedArrayBuffer(count * 4);
    return {
      labels: Labels.reserve(nodes, Math.min(nodes * 40 + 65_536, 2 ** 32 - 65_536)),
      parent: words(nodes),
      label: words(nodes),
      firstChild: words(nodes),
      nextSibling: words(nodes),
      seriesOf: words(nodes),
      nodeOf: words(maxSeries),
      liveChildren: words(nodes),
      children: GrowingHash.reserve(nodes),
      tagged: words(maxSeries),
      counts: words(4),
    };
  }

  constructor(memory: NameIndexMemory) {
    this.labels = new Labels(memory.labels);
    this.#parent = new Int32Array(memory.parent);
    this.#label = new Int32Array(memory.label);
    this.#firstChild = new Int32Array(memory.firstChild);
    this.#nextSibling = new Int32Array(memory.nextSibling);
    this.#seriesOf = new Int32Array(memory.seriesOf);
    this.#nodeOf = new Int32Array(memory.nodeOf);
    this.#liveChildren = new Int32Array(memory.liveChildren);
    this.#children = new GrowingHash(memory.children);
    this.#tagged = new Int32Array(memory.tagged);
    this.#counts = new Int32Array(memory.counts);
    Atomics.compareExchange(this.#counts, NODES, 0, TAGGED + 1);
  }

  /** Numbers of series that there is room for. */
  get capacity(): number {
    return this.#nodeOf.length;
  }

  /** Live series in the index. */
  get count(): number {
    return Atomics.load(this.#counts, SERIES);
  }

  /** Changes after each change of a name: whoever noted it before a search knows if it is still true. */
  get version(): number {
    return Atomics.load(this.#counts, VERSION);
  }

  get nodeCount(): number {
    return Atomics.load(this.#counts, NODES);
  }

  get taggedCount(): number {
    return Atomics.load(this.#counts, TAGGED_COUNT);
  }

  /** The i-th series with tags. */
  taggedAt(i: number): number {
    return this.#tagged[i]!;
  }

  /** Adds a canonical path. Writer only. @throws RangeError when the index is full */
  add(path: string, series: number): void {
    const isTagged = path.includes(";");
    let node = ROOT;
    if (isTagged) {
      node = this.#addChild(TAGGED, this.labels.add(Buffer.from(path)));
    } else {
      node = this.#addPath(path);
    }
    const known = this.#seriesOf[node]!;
    const wasLive = this.#isLiveNode(node);
    Atomics.store(this.#nodeOf, series, node);
    Atomics.store(this.#seriesOf, node, series + 1);
    if (!wasLive) this.#countUp(node);
    // A definition may have been lost with the record that deleted the series before it.
    if (known > 0) Atomics.store(this.#nodeOf, known - 1, 0);
    else Atomics.add(this.#counts, SERIES, 1);
    // Last, so that whoever is led to the series finds its name.
    if (isTagged) {
      const count = this.taggedCount;
      this.#tagged[count] = series;
      Atomics.store(this.#counts, TAGGED_COUNT, count + 1);
    }
    Atomics.add(this.#counts, VERSION, 1);
  }

  /** Takes the name of a series away; false when it has none. Writer only. */
  remove(series: number): boolean {
    const node = this.#nodeOf[series]!;
    if (node === 0) return false;
    Atomics.store(this.#nodeOf, series, 0);
    Atomics.store(this.#seriesOf, node, 0);
    if (!this.#isLiveNode(node)) this.#countDown(node);
    Atomics.sub(this.#counts, SERIES, 1);
    Atomics.add(this.#counts, VERSION, 1);
    return true;
  }

  /** Whether a series has a name: it was defined, and not deleted since. */
  isLive(series: number): boolean {
    return Atomics.load(this.#nodeOf, series) !== 0;
  }

  get trie(): NameTrie {
    return {
      parent: this.#parent,
      label: this.#label,
      firstChild: this.#firstChild,
      nextSibling: this.#nextSibling,
      seriesOf: this.#seriesOf,
      nodeOf: this.#nodeOf,
      liveChildren: this.#liveChildren,
    };
  }

  /** Node of a canonical path; 0 for none. */
  nodeAt(path: string): number {
    if (path.includes(";")) return this.#child(TAGGED, path);
    let node = ROOT;
    for (const label of path.split(".")) {
      node = this.#child(node, label);
      if (node === 0) return 0;
    }
    return node;
  }

  /** Number of the series of a canonical path, or -1. */
  seriesAt(path: string): number {
    const node = this.nodeAt(path);
    return node === 0 ? -1 : Atomics.load(this.#seriesOf, node) - 1;
  }

  /** Path of a series; empty when there is none of that number, or none any more. */
  nameOf(series: number): string {
    const node = Atomics.load(this.#nodeOf, series);
    return node === 0 ? "" : this.pathOf(node);
  }

  pathOf(node: number): string {
    let path = this.labels.text(this.#label[node]!);
    for (let up = this.#parent[node]!; up > TAGGED; up = this.#parent[up]!) {
      path = `${this.labels.text(this.#label[up]!)}.${path}`;
    }
    return path;
  }

  /** Bytes of the path of a tagged series, not to be changed; none when it has no name any more. */
  taggedPath(series: number): Uint8Array {
    const node = Atomics.load(this.#nodeOf, series);
    return this.labels.bytes(node === 0 ? 0 : this.#label[node]!);
  }

  /**
   * Nodes that match a pattern, sorted by path in code point order, a branch before the leaf of the
   * same path. A tagged series is matched by its exact path only.
   *
   * @throws GraphiteError ERR_LIMIT_SERIES when more than `limit` match
   */
  find(pattern: string, limit: number): FoundName[] {
    if (pattern.includes(";")) {
      const series = this.seriesAt(pattern);
      return series < 0 ? [] : [{ path: pattern, isLeaf: true, series }];
    }
    const nodes = this.match(pattern);
    if (nodes.size > limit) throw tooMany(pattern, limit);
    const found: FoundName[] = [];
    for (const node of nodes) {
      const path = this.pathOf(node);
      if (Atomics.load(this.#liveChildren, node) !== 0) {
        found.push({ path, isLeaf: false, series: -1 });
      }
      const series = Atomics.load(this.#seriesOf, node) - 1;
      if (series >= 0) found.push({ path, isLeaf: true, series });
    }
    return found.sort(byPath);
  }

  /** Nodes that match a pattern, live or not. @throws GraphiteError ERR_LIMIT_SERIES for far too many */
  match(pattern: string): Set<number> {
    const nodes = new Set<number>();
    for (const matchers of parsePattern(pattern)) {
      let level = [ROOT];
      for (let i = 0; i < matchers.length && level.length > 0; i++) {
        level = this.#step(level, matchers[i]!, i === matchers.length - 1);
        if (level.length > MAX_NODES) throw tooMany(pattern, MAX_NODES);
      }
      for (const node of level) if (node !== ROOT) nodes.add(node);
    }
    return nodes;
  }

  /**
   * The paths of all series, sorted. @throws GraphiteError ERR_LIMIT_SERIES when there are more than
   * `limit`
   */
  paths(limit: number): string[] {
    const paths: string[] = [];
    const { nodeCount } = this;
    for (let node = TAGGED + 1; node < nodeCount; node++) {
      if (Atomics.load(this.#seriesOf, node) === 0) continue;
      if (paths.length === limit) throw tooMany("**", limit);
      paths.push(this.pathOf(node));
    }
    return paths.sort(compareCodePoints);
  }

  #step(level: readonly number[], matcher: NodeMatcher, isLast: boolean): number[] {
    const next: number[] = [];
    switch (matcher.kind) {
      case "literal": {
        const label = this.labels.find(Buffer.from(matcher.text));
        if (label === 0) return next;
        for (const node of level) {
          const child = this.#childByLabel(node, label);
          if (child !== 0) next.push(child);
        }
        return next;
      }
      case "any":
        for (const node of level) this.#eachChild(node, (child) => next.push(child));
        return next;
      case "anyDepth": {
        const seen = new Set(level);
        const todo = [...level];
        while (todo.length > 0) {
          this.#eachChild(todo.pop()!, (child) => {
            if (seen.has(child)) return;
            seen.add(child);
            todo.push(child);
          });
        }
        // At the end of a pattern it stands for what is below, not for the directory itself.
        if (isLast) for (const node of level) seen.delete(node);
        return [...seen];
      }
      default: {
        // The verdict on a label is the same wherever it occurs.
        const verdicts = new Map<number, boolean>();
        for (const node of level) {
          this.#eachChild(node, (child) => {
            const label = this.#label[child]!;
            let verdict = verdicts.get(label);
            if (verdict === undefined) {
              verdict = matcher.test(this.labels.text(label));
              verdicts.set(label, verdict);
            }
            if (verdict) next.push(child);
          });
        }
        return next;
      }
    }
  }

  #eachChild(node: number, visit: (child: number) => void): void {
    let child = Atomics.load(this.#firstChild, node);
    while (child !== 0) {
      visit(child);
      child = this.#nextSibling[child]!;
    }
  }

  #child(node: number, label: string): number {
    const number = this.labels.find(Buffer.from(label));
    return number === 0 ? 0 : this.#childByLabel(node, number);
  }

  #childByLabel(node: number, label: number): number {
    return this.#children.find(
      hashChild(node, label),
      (child) => this.#label[child] === label && this.#parent[child] === node,
    );
  }

  /**
   * The node of a path, made if it is not there. Names that come one after the other have their
   * first labels in common: those are not looked up again.
   */
  #addPath(path: string): number {
    const last = this.#lastPath;
    const nodes = this.#lastNodes;
    let node = ROOT;
    let depth = 0;
    let start = 0;
    for (let i = 0; i < last.length; i++) {
      if (path.charCodeAt(i) !== last.charCodeAt(i)) break;
      const next = i + 1;
      if (next < last.length && last.charCodeAt(next) !== DOT) continue;
      if (next < path.length && path.charCodeAt(next) !== DOT) break;
      node = nodes[depth++]!;
      start = next + 1;
    }
    this.#lastPath = "";
    while (start <= path.length) {
      const dot = path.indexOf(".", start);
      const end = dot < 0 ? path.length : dot;
      node = this.#addChild(node, this.labels.add(Buffer.from(path.slice(start, end))));
      nodes[depth++] = node;
      start = end + 1;
    }
    this.#lastPath = path;
    return node;
  }

  #addChild(node: number, label: number): number {
    const known = this.#childByLabel(node, label);
    if (known !== 0) return known;
    const child = this.#counts[NODES]!;
    if (child >= this.#parent.length) throw new RangeError("the name index is full");
    this.#parent[child] = node;
    this.#label[child] = label;
    this.#nextSibling[child] = this.#firstChild[node]!;
    Atomics.store(this.#counts, NODES, child + 1);
    this.#children.add(hashChild(node, label), child, (other) =>
      hashChild(this.#parent[other]!, this.#label[other]!),
    );
    Atomics.store(this.#firstChild, node, child);
    return child;
  }

  #isLiveNode(node: number): boolean {
    return this.#seriesOf[node] !== 0 || this.#liveChildren[node] !== 0;
  }

  /** The node has become live, and so have those above it that were not. */
  #countUp(node: number): void {
    for (let child = node; child > TAGGED; ) {
      const parent = this.#parent[child]!;
      const wasLive = this.#isLiveNode(parent);
      Atomics.add(this.#liveChildren, parent, 1);
      if (wasLive) return;
      child = parent;
    }
  }

  #countDown(node: number): void {
    for (let child = node; child > TAGGED; ) {
      const parent = this.#parent[child]!;
      Atomics.sub(this.#liveChildren, parent, 1);
      if (this.#isLiveNode(parent)) return;
      child = parent;
    }
  }
}

function hashChild(node: number, label: number): number {
  let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}

function tooMany(pattern: string, limit: number): GraphiteError {
  return new GraphiteError(
    "ERR_LIMIT_SERIES",
    `the pattern ${pattern} matches more than ${limit} names: ask for less`,
  );
}

function byPath(a: FoundName, b: FoundName): number {
  if (a.path === b.path) return Number(a.isLeaf) - Number(b.isLeaf);
  return compareCodePoints(a.path, b.path);
}
