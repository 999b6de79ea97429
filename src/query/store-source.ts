import type { AggregationMethod } from "../model/aggregation.ts";
import { GraphiteError } from "../model/errors.ts";
import type { StorageRules } from "../model/schema.ts";
import type { TagExpression } from "../model/tag-expression.ts";
import type {
  BucketGrid,
  EventQuestion,
  FetchedSeries,
  FoundNode,
  MergedLeaves,
  SeriesFacts,
  TimeWindow,
} from "../render/series-source.ts";
import { type NameIndex, TAGGED } from "../storage/index/name-index.ts";
import { nameLevel } from "../storage/index/name-level.ts";
import { type SearchAnswer, searchNames } from "../storage/index/search/search-names.ts";
import { EVENT, GAUGE, REPLACE } from "../storage/plan.ts";
import type { Geometry, ReadWindow } from "../storage/read/geometry.ts";
import type { StoreReader } from "../storage/read/store-reader.ts";
import type { Consolidation } from "../storage/roll-up/pick-statistic.ts";
import { BlockColumns } from "../storage/statfile/block.ts";
import { EVERY_STATISTIC } from "../storage/statistic.ts";
import { findWithCarets } from "./find-with-carets.ts";
import type { Footprint } from "./footprint.ts";
import type { TagIndex } from "./tags/tag-index.ts";
import { searchWords } from "./ui/search-words.ts";
import type { KeptBuckets, OwnStore, TreeLevel, UiSource } from "./ui/ui-source.ts";

const MODES = { [REPLACE]: "replace", [GAUGE]: "gauge", [EVENT]: "event" } as const;

/** Series read at a time; the head is pinned only for that long. */
const BATCH = 256;

/** The store as a source of series for the renderer. */
export class StoreSource implements UiSource {
  readonly names: NameIndex;
  readonly tags: TagIndex;
  readonly #reader: StoreReader;
  readonly #events: UiSource["events"];
  rules: StorageRules;
  /** Notes what is looked at, when that is wanted. */
  footprint: Footprint | null = null;
  /** Aggregation by series, as the present rules have it. */
  #consolidations = new Map<number, Consolidation>();

  /** Without `events` there are none. */
  constructor(
    names: NameIndex,
    tags: TagIndex,
    reader: StoreReader,
    rules: StorageRules,
    events: UiSource["events"] = async (questions) => questions.map(() => []),
  ) {
    this.names = names;
    this.tags = tags;
    this.#reader = reader;
    this.rules = rules;
    this.#events = events;
  }

  get own(): OwnStore {
    return this;
  }

  /** New rules apply to all of history. */
  setRules(rules: StorageRules): void {
    this.rules = rules;
    this.#consolidations = new Map();
  }

  async find(pattern: string, _window: TimeWindow | null, limit: number): Promise<FoundNode[]> {
    return findWithCarets(pattern, limit, (one) => this.findNames(one, limit));
  }

  /** As `find`, without a meaning for carets. */
  findNames(pattern: string, limit: number): FoundNode[] {
    return this.names.find(pattern, limit);
  }

  async findByTags(
    expressions: readonly TagExpression[],
    _window: TimeWindow | null,
    limit: number,
  ): Promise<FoundNode[]> {
    return this.tags.find(expressions, limit);
  }

  async fetch(
    leaves: readonly FoundNode[],
    window: TimeWindow & ReadWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const series = leaves.map((leaf) => leaf.series);
    this.footprint?.watch(series, window);
    const geometries = series.map((number) => this.#reader.geometry(number, window));
    this.footprint?.reads(geometries);
    checkSize(
      geometries.map((geometry) => bucketsOf(geometry)),
      maxDatapoints,
    );
    // In the order of their numbers, which is that of their blocks in the files.
    const order = leaves.map((_, i) => i).sort((a, b) => leaves[a]!.series - leaves[b]!.series);
    const fetched: (FetchedSeries | null)[] = leaves.map(() => null);
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH);
      const read = this.#fetchBatch(
        batch.map((i) => leaves[i]!),
        batch.map((i) => geometries[i]!),
        window,
      );
      batch.forEach((i, at) => {
        fetched[i] = read[at]!;
      });
    }
    return fetched.filter((one) => one !== null);
  }

  async fetchMerged(
    groups: readonly MergedLeaves[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const numbers = groups.map(({ leaves }) => leaves.map(({ series }) => series));
    this.footprint?.watch(numbers.flat(), window);
    const geometries = numbers.map((series) => this.#reader.commonGeometry(series, window));
    this.footprint?.reads(geometries);
    // All leaves are read, however few series come of them.
    checkSize(
      geometries.map((geometry, i) => bucketsOf(geometry) * numbers[i]!.length),
      maxDatapoints,
    );
    const fetched: FetchedSeries[] = [];
    geometries.forEach((geometry, i) => {
      if (geometry === null) return;
      const { name } = groups[i]!;
      // How many of the leaves are known is no measure of how much of a bucket is.
      const { method } = this.rules.aggregationOf(name);
      const consolidation = consolidationFor({ method, xFilesFactor: 0 }, window);
      const read = this.#reader.readMerged(numbers[i]!, geometry, consolidation);
      fetched.push({ name, ...read, method: consolidation.method, xFilesFactor: 0 });
    });
    return fetched;
  }

  factsOf(leaf: FoundNode): SeriesFacts {
    this.footprint?.asksFacts(leaf.series);
    const { mode, tiers } = this.#reader.planOf(leaf.series);
    return {
      ...this.#consolidationOf(leaf),
      tiers: tiers.filter((tier) => tier.lambda === 0),
      mode: MODES[mode],
      trailing: tiers
        .filter((tier) => tier.lambda !== 0)
        .map(({ step, retention, lambda }) => ({ step, season: retention, lambda })),
    };
  }

  buckets(leaf: FoundNode, grid: BucketGrid): KeptBuckets {
    return shownBuckets(this.columnsOf(leaf.series, grid));
  }

  /** All that is kept of a series, by slot of a grid. */
  columnsOf(series: number, grid: BucketGrid): BlockColumns {
    this.footprint?.cannotTell();
    const columns = new BlockColumns(Math.round((grid.end - grid.start) / grid.step));
    this.#reader.readBuckets(series, grid, columns);
    return columns;
  }

  /** The grid on which several series can be read together; null when they keep nothing. */
  commonGrid(series: readonly number[], window: ReadWindow): BucketGrid | null {
    const geometry = this.#reader.commonGeometry(series, window);
    return geometry === null ? null : { ...geometry, age: geometry.age ?? 0 };
  }

  /** How series of a name are aggregated, as the rules have it. */
  methodOf(name: string): AggregationMethod {
    return this.rules.aggregationOf(name).method;
  }

  search(query: string, limit: number): SearchAnswer {
    return searchNames(this.names, searchWords(query, this.names, this.tags), limit);
  }

  async level(path: string, offset: number, limit: number): Promise<TreeLevel> {
    const tagged = this.names.trie.liveChildren[TAGGED]!;
    return { ...nameLevel(this.names, path, offset, limit), tagged };
  }

  async allPaths(limit: number): Promise<string[]> {
    return this.names.paths(limit);
  }

  events(questions: readonly EventQuestion[]): Promise<number[][]> {
    return this.#events(questions);
  }

  /** The leaves' series one by one; null where nothing is kept. */
  #fetchBatch(
    leaves: readonly FoundNode[],
    geometries: readonly (Geometry | null)[],
    wanted: WantedStatistic,
  ): (FetchedSeries | null)[] {
    const consolidations = leaves.map((leaf) =>
      consolidationFor(this.#consolidationOf(leaf), wanted),
    );
    const read = this.#reader.read(
      leaves.map((leaf) => leaf.series),
      geometries,
      consolidations,
    );
    return read.map((one, i) => {
      if (one === null) return null;
      const { method, xFilesFactor } = consolidations[i]!;
      return { name: leaves[i]!.path, ...one, method, xFilesFactor };
    });
  }

  #consolidationOf(leaf: FoundNode): Consolidation {
    const known = this.#consolidations.get(leaf.series);
    if (known !== undefined) return known;
    const { method, xFilesFactor } = this.rules.aggregationOf(leaf.path);
    const consolidation = { method, xFilesFactor };
    this.#consolidations.set(leaf.series, consolidation);
    return consolidation;
  }
}

/** Buckets as they are shown: of which one statistic is known, those are a sample of that value. */
export function shownBuckets(columns: BlockColumns): KeptBuckets {
  const { count, sum, min, max, m2, last, only } = columns;
  for (let i = 0; i < count.length; i++) {
    if (count[i] === 0 || only[i] === EVERY_STATISTIC) continue;
    for (const column of [sum, min, max]) column[i] = last[i]!;
    m2[i] = 0;
  }
  return { first: 0, count, sum, min, max, m2, last, only };
}

/** What a window says of the statistic. */
export type WantedStatistic = Pick<TimeWindow, "statistic" | "isExact">;

export function consolidationFor(
  kept: Consolidation,
  { statistic, isExact = false }: WantedStatistic,
): Consolidation {
  return statistic === undefined ? kept : { ...kept, method: statistic, isAsked: isExact };
}

function bucketsOf(geometry: Geometry | null): number {
  return geometry === null ? 0 : (geometry.end - geometry.start) / geometry.step;
}

export function checkSize(buckets: readonly number[], maxDatapoints: number): void {
  const datapoints = buckets.reduce((sum, one) => sum + one, 0);
  if (datapoints > maxDatapoints) {
    const message = `the request needs ${datapoints} datapoints, more than are allowed: ask for a shorter range or fewer series`;
    throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
  }
}
