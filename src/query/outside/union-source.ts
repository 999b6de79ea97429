import { sortByPath, sortTexts } from "../../model/code-points.ts";
import { GraphiteError } from "../../model/errors.ts";
import type { TagExpression } from "../../model/tag-expression.ts";
import type {
  BucketGrid,
  EventQuestion,
  FetchedSeries,
  FoundNode,
  MergedLeaves,
  SeriesFacts,
  TimeWindow,
} from "../../render/series-source.ts";
import { TAGGED } from "../../storage/index/name-index.ts";
import { type SearchAnswer, searchNames } from "../../storage/index/search/search-names.ts";
import { EVENT, GAUGE, type Mode, REPLACE } from "../../storage/plan.ts";
import { commonStep } from "../../storage/read/geometry.ts";
import { pickStatistic, type SlotMeaning } from "../../storage/roll-up/pick-statistic.ts";
import { TierBuilder } from "../../storage/roll-up/tier-builder.ts";
import { BlockColumns } from "../../storage/statfile/block.ts";
import { findWithCarets, sortNodes } from "../find-with-carets.ts";
import { checkSize, consolidationFor, type StoreSource, shownBuckets } from "../store-source.ts";
import { searchWords } from "../ui/search-words.ts";
import type { KeptBuckets, OwnStore, TreeLevel, UiSource } from "../ui/ui-source.ts";
import { isOwn, type OutsideSeries, type OutsideStore } from "./outside-store.ts";
import { fillFromOutside, outsideGrid, readOutside } from "./read-outside.ts";
import { joinSearches, levelOf } from "./union-names.ts";
import { UnionTags } from "./union-tags.ts";

const MODES = { [REPLACE]: "replace", [GAUGE]: "gauge", [EVENT]: "event" } as const;

/** Names that there may be below a branch. */
const MAX_LEVEL = 4_000_000;

/** What is known of a series whose file cannot be read. */
const NO_FACTS: SeriesFacts = {
  method: "average",
  xFilesFactor: 0.5,
  tiers: [{ step: 60, retention: 0 }],
  mode: "replace",
  trailing: [],
};

/**
 * Our own store, and behind it the stores of other systems: series are those of all of them, and
 * where both have a slot ours counts. Steps that differ become one, as at a change of retention. No
 * answer that has to do with another store is kept in the cache.
 */
export class UnionSource implements UiSource {
  readonly #own: StoreSource;
  readonly #others: readonly OutsideStore[];
  readonly tags: UnionTags;

  constructor(own: StoreSource, others: readonly OutsideStore[]) {
    this.#own = own;
    this.#others = others;
    this.tags = new UnionTags(
      own.tags,
      others.map(({ tags }) => tags),
    );
  }

  get own(): OwnStore {
    return this.#own.own;
  }

  async find(pattern: string, _window: TimeWindow | null, limit: number): Promise<FoundNode[]> {
    return findWithCarets(pattern, limit, (one) => this.#find(one, limit));
  }

  async findByTags(
    expressions: readonly TagExpression[],
    window: TimeWindow | null,
    limit: number,
  ): Promise<FoundNode[]> {
    const own = await this.#own.findByTags(expressions, window, limit);
    const others = this.#others.map((other) => other.findByTags(expressions, limit));
    return sortByPath(joined(own, others, limit));
  }

  async fetch(
    leaves: readonly FoundNode[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const others = leaves.map((leaf) => this.#otherOf(leaf));
    if (others.every((other) => other === null)) {
      return this.#own.fetch(leaves, window, maxDatapoints);
    }
    this.#own.footprint?.cannotTell();
    const fetched = new Map<string, FetchedSeries>();
    let left = maxDatapoints;
    for (const one of await this.#own.fetch(leaves.filter(isOwn), window, left)) {
      left -= one.values.length;
      fetched.set(one.name, one);
    }
    for (const [i, leaf] of leaves.entries()) {
      const own = fetched.get(leaf.path) ?? null;
      const other = others[i] ?? null;
      if (other === null || (own !== null && isComplete(own, window))) continue;
      const both = await this.#join(leaf, own, other, window, left);
      if (both === null) continue;
      left -= both.values.length - (own?.values.length ?? 0);
      fetched.set(leaf.path, both);
    }
    return leaves.flatMap((leaf) => fetched.get(leaf.path) ?? []);
  }

  async fetchMerged(
    groups: readonly MergedLeaves[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const fetched: FetchedSeries[] = [];
    let left = maxDatapoints;
    for (const group of groups) {
      const isMixed = group.leaves.some((leaf) => this.#otherOf(leaf) !== null);
      const list = isMixed
        ? this.#mergeAll(group, window, left)
        : await this.#own.fetchMerged([group], window, left);
      for (const { values } of list) left -= values.length * group.leaves.length;
      fetched.push(...list);
    }
    return fetched;
  }

  buckets(leaf: FoundNode, grid: BucketGrid): KeptBuckets {
    return shownBuckets(this.#columnsOf(leaf, grid));
  }

  factsOf(leaf: FoundNode): SeriesFacts {
    const other = this.#otherOf(leaf);
    if (other === null) return this.#own.factsOf(leaf);
    this.#own.footprint?.cannotTell();
    const theirs = other.read(leaf.path, Number.NEGATIVE_INFINITY, factsOfOutside) ?? NO_FACTS;
    if (!isOwn(leaf)) return theirs;
    const own = this.#own.factsOf(leaf);
    const longest = Math.max(...own.tiers.map(({ retention }) => retention));
    const longer = theirs.tiers.filter(({ retention }) => retention > longest);
    return { ...own, tiers: [...own.tiers, ...longer] };
  }

  search(query: string, limit: number): SearchAnswer {
    const others = this.#others.map(({ names, tags }) =>
      searchNames(names, searchWords(query, names, tags), limit),
    );
    return joinSearches([this.#own.search(query, limit), ...others], limit);
  }

  async level(path: string, offset: number, limit: number): Promise<TreeLevel> {
    const own = await this.#own.level("", 0, 0);
    const others = this.#others.map(({ names }) => names.trie.liveChildren[TAGGED]!);
    const level = levelOf((pattern) => this.#find(pattern, MAX_LEVEL), path, offset, limit);
    // Most that one has the other has as well.
    return { ...level, tagged: Math.max(own.tagged, ...others) };
  }

  async allPaths(limit: number): Promise<string[]> {
    const paths = new Set(await this.#own.allPaths(limit));
    for (const { names } of this.#others) for (const path of names.paths(limit)) paths.add(path);
    if (paths.size > limit) throw tooMany("**", limit);
    return sortTexts([...paths]);
  }

  events(questions: readonly EventQuestion[]): Promise<number[][]> {
    return this.#own.events(questions);
  }

  #find(pattern: string, limit: number): FoundNode[] {
    const own = this.#own.findNames(pattern, limit);
    const others = this.#others.map((other) => other.find(pattern, limit));
    return sortNodes(joined(own, others, limit));
  }

  /** The store besides our own that has a series; of several the first. */
  #otherOf(leaf: FoundNode): OutsideStore | null {
    return this.#others.find((other) => other.has(leaf.path)) ?? null;
  }

  /** Null: nothing but what was there before. */
  async #join(
    leaf: FoundNode,
    own: FetchedSeries | null,
    other: OutsideStore,
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries | null> {
    // What was not written to since then has nothing of it; but who has nothing else is answered so.
    const since = own === null ? Number.NEGATIVE_INFINITY : window.from;
    const theirs = this.#fetchOutside(leaf, other, since, window, maxDatapoints);
    if (theirs === null || (own !== null && !isKnown(theirs.values))) return null;
    if (own === null || !isKnown(own.values)) return theirs;
    const step = commonStep(own.step, theirs.step);
    const common = { ...window, commonWith: step };
    const ours =
      own.step === step ? own : (await this.#own.fetch([leaf], common, maxDatapoints))[0];
    const under =
      theirs.step === step ? theirs : this.#fetchOutside(leaf, other, since, common, maxDatapoints);
    if (ours === undefined || under === null || ours.step !== under.step) return null;
    return overlaid(ours, under);
  }

  #fetchOutside(
    { path }: FoundNode,
    other: OutsideStore,
    since: number,
    window: TimeWindow & { commonWith?: number },
    maxDatapoints: number,
  ): FetchedSeries | null {
    return other.read(path, since, (series) => {
      const grid = outsideGrid(series, window);
      if (grid === null) return null;
      checkSize([(grid.end - grid.start) / grid.step], maxDatapoints);
      const { method, xFilesFactor } = consolidationFor(series, window);
      return { name: path, ...readOutside(series, grid, window), method, xFilesFactor };
    });
  }

  /** The exact merge of leaves of which some are in other stores. */
  #mergeAll(
    { name, leaves }: MergedLeaves,
    window: TimeWindow,
    maxDatapoints: number,
  ): FetchedSeries[] {
    const grid = this.#commonGrid(leaves, window);
    if (grid === null) return [];
    const { start, end, step } = grid;
    const slots = Math.round((end - start) / step);
    checkSize([slots * leaves.length], maxDatapoints);
    const builder = new TierBuilder();
    builder.begin(start, step, slots);
    for (const leaf of leaves) {
      const columns = this.#columnsOf(leaf, grid);
      builder.addBuckets(step, Math.round(start / step), slots, columns);
    }
    // How many of the leaves are known is no measure of how much of a bucket is.
    const consolidation = consolidationFor(
      { method: this.#own.methodOf(name), xFilesFactor: 0 },
      window,
    );
    const meaning: SlotMeaning = { ...this.#meaningOf(leaves), step, secondsPerSlot: 1 };
    const bucket = new BlockColumns(1);
    const values = new Float64Array(slots);
    for (let i = 0; i < slots; i++) {
      builder.copy(i, bucket, 0);
      values[i] = pickStatistic(bucket, 0, consolidation, meaning);
    }
    return [{ name, start, end, step, values, method: consolidation.method, xFilesFactor: 0 }];
  }

  /** What leaves of our own are; those of others are samples. */
  #meaningOf(leaves: readonly FoundNode[]): { mode: Mode; baseStep: number } {
    const leaf = leaves.find(isOwn);
    const facts = leaf === undefined ? null : this.#own.factsOf(leaf);
    return { mode: facts?.mode === "event" ? EVENT : GAUGE, baseStep: facts?.tiers[0]?.step ?? 1 };
  }

  #commonGrid(leaves: readonly FoundNode[], window: TimeWindow): BucketGrid | null {
    const ownSeries = leaves.filter(isOwn).map(({ series }) => series);
    const grids = [this.#own.commonGrid(ownSeries, window)];
    for (const leaf of leaves) {
      const read = (series: OutsideSeries): BucketGrid | null => outsideGrid(series, window);
      grids.push(this.#otherOf(leaf)?.read(leaf.path, window.from, read) ?? null);
    }
    const found = grids.filter((grid) => grid !== null);
    if (found.length === 0) return null;
    const step = found.reduce((common, grid) => commonStep(common, grid.step), 0);
    const start = Math.floor(Math.min(...found.map((grid) => grid.start)) / step) * step;
    const end = Math.ceil(Math.max(...found.map((grid) => grid.end)) / step) * step;
    return { start, end, step, age: Math.max(...found.map((grid) => grid.age)) };
  }

  #columnsOf(leaf: FoundNode, grid: BucketGrid): BlockColumns {
    this.#own.footprint?.cannotTell();
    const columns = isOwn(leaf)
      ? this.#own.columnsOf(leaf.series, grid)
      : new BlockColumns(Math.round((grid.end - grid.start) / grid.step));
    this.#otherOf(leaf)?.read(leaf.path, grid.start, (series) =>
      fillFromOutside(series, grid, columns),
    );
    return columns;
  }
}

/** Our nodes, and those of others that we do not have. */
function joined(own: FoundNode[], others: readonly FoundNode[][], limit: number): FoundNode[] {
  if (others.every((list) => list.length === 0)) return own;
  const nodes = new Map<string, FoundNode>();
  for (const list of [own, ...others]) {
    for (const node of list) {
      const key = `${node.isLeaf ? "leaf" : "branch"} ${node.path}`;
      if (!nodes.has(key)) nodes.set(key, node);
    }
  }
  const paths = nodes.size > limit ? new Set([...nodes.values()].map(({ path }) => path)).size : 0;
  if (paths > limit) throw tooMany("the pattern", limit);
  return [...nodes.values()];
}

/** Whether another store can add nothing. */
function isComplete({ start, step, values }: FetchedSeries, { from }: TimeWindow): boolean {
  return start <= Math.floor(from / step) * step + step && !values.some(Number.isNaN);
}

function isKnown(values: Float64Array): boolean {
  return !values.every(Number.isNaN);
}

/** Two answers of one step as one: the second where the first has none. */
function overlaid(over: FetchedSeries, under: FetchedSeries): FetchedSeries {
  const { step } = over;
  const start = Math.min(over.start, under.start);
  const end = Math.max(over.end, under.end);
  const values = new Float64Array(Math.round((end - start) / step)).fill(Number.NaN);
  values.set(under.values, Math.round((under.start - start) / step));
  const shift = Math.round((over.start - start) / step);
  for (const [i, value] of over.values.entries()) {
    if (!Number.isNaN(value)) values[shift + i] = value;
  }
  return { ...over, start, end, values };
}

function factsOfOutside({ method, xFilesFactor, tiers, mode }: OutsideSeries): SeriesFacts {
  const plain = tiers.filter(({ lambda }) => lambda === 0);
  return { method, xFilesFactor, tiers: plain, mode: MODES[mode], trailing: [] };
}

function tooMany(pattern: string, limit: number): GraphiteError {
  return new GraphiteError("ERR_LIMIT_SERIES", `${pattern} matches more than ${limit} names`);
}
