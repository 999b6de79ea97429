import type { AggregationMethod } from "../model/aggregation.ts";
import { compareCodePoints } from "../model/code-points.ts";
import { GraphiteError } from "../model/errors.ts";
import { caretPaths } from "../model/istat-name.ts";
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
import type { NameIndex } from "../storage/index/name-index.ts";
import { EVENT, GAUGE, REPLACE } from "../storage/plan.ts";
import type { Geometry } from "../storage/read/geometry.ts";
import type { StoreReader } from "../storage/read/store-reader.ts";
import type { Consolidation } from "../storage/roll-up/pick-statistic.ts";
import { BlockColumns } from "../storage/statfile/block.ts";
import { EVERY_STATISTIC } from "../storage/statistic.ts";
import type { Footprint } from "./footprint.ts";
import type { TagIndex } from "./tags/tag-index.ts";
import type { KeptBuckets, UiSource } from "./ui/ui-source.ts";

const MODES = { [REPLACE]: "replace", [GAUGE]: "gauge", [EVENT]: "event" } as const;

/** Series read at a time; the head is pinned only for that long. */
const BATCH = 256;

/** The store as a source of series for the renderer. */
export class StoreSource implements UiSource {
  readonly names: NameIndex;
  readonly tags: TagIndex;
  readonly #reader: StoreReader;
  readonly #events: UiSource["events"];
  #rules: StorageRules;
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
    this.#rules = rules;
    this.#events = events;
  }

  /** New rules apply to all of history. */
  setRules(rules: StorageRules): void {
    this.#rules = rules;
    this.#consolidations = new Map();
  }

  async find(pattern: string, _window: TimeWindow | null, limit: number): Promise<FoundNode[]> {
    const found = this.names.find(pattern, limit);
    if (found.length > 0 || !pattern.includes("^")) return found;
    const paths = caretPaths(pattern);
    if (paths === null) return found;
    const nodes = new Map<string, FoundNode>();
    for (const path of paths) {
      for (const node of this.names.find(path, limit))
        nodes.set(`${node.path} ${node.isLeaf}`, node);
    }
    if (nodes.size > limit) {
      throw new GraphiteError("ERR_LIMIT_SERIES", `${pattern} matches more than ${limit} names`);
    }
    return [...nodes.values()].sort(
      (a, b) => compareCodePoints(a.path, b.path) || Number(a.isLeaf) - Number(b.isLeaf),
    );
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
    window: TimeWindow,
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
        window.statistic,
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
      const { method } = this.#rules.aggregationOf(name);
      const consolidation = consolidationFor({ method, xFilesFactor: 0 }, window.statistic);
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
    this.footprint?.cannotTell();
    const slots = Math.round((grid.end - grid.start) / grid.step);
    const columns = new BlockColumns(slots);
    this.#reader.readBuckets(leaf.series, grid, columns);
    const { count, sum, min, max, m2, last, only } = columns;
    for (let i = 0; i < slots; i++) {
      if (count[i] === 0 || only[i] === EVERY_STATISTIC) continue;
      // One statistic is all that is known of it: it is shown as a sample of that value.
      for (const column of [sum, min, max]) column[i] = last[i]!;
      m2[i] = 0;
    }
    return { first: 0, count, sum, min, max, m2, last, only };
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
    statistic: AggregationMethod | undefined,
  ): (FetchedSeries | null)[] {
    const consolidations = leaves.map((leaf) =>
      consolidationFor(this.#consolidationOf(leaf), statistic),
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
    const { method, xFilesFactor } = this.#rules.aggregationOf(leaf.path);
    const consolidation = { method, xFilesFactor };
    this.#consolidations.set(leaf.series, consolidation);
    return consolidation;
  }
}

function consolidationFor(
  kept: Consolidation,
  statistic: AggregationMethod | undefined,
): Consolidation {
  return statistic === undefined ? kept : { ...kept, method: statistic, isAsked: true };
}

function bucketsOf(geometry: Geometry | null): number {
  return geometry === null ? 0 : (geometry.end - geometry.start) / geometry.step;
}

function checkSize(buckets: readonly number[], maxDatapoints: number): void {
  const datapoints = buckets.reduce((sum, one) => sum + one, 0);
  if (datapoints > maxDatapoints) {
    const message = `the request needs ${datapoints} datapoints, more than are allowed: ask for a shorter range or fewer series`;
    throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
  }
}
