import { GraphiteError } from "../model/errors.ts";
import { caretPaths } from "../model/istat-name.ts";
import type { StorageRules } from "../model/schema.ts";
import type { TagExpression } from "../model/tag-expression.ts";
import type {
  FetchedSeries,
  FoundNode,
  SeriesSource,
  TimeWindow,
} from "../render/series-source.ts";
import { compareCodePoints, type NameIndex } from "../storage/index/name-index.ts";
import type { Geometry } from "../storage/read/geometry.ts";
import type { StoreReader } from "../storage/read/store-reader.ts";
import type { Consolidation } from "../storage/roll-up/pick-statistic.ts";
import type { TagIndex } from "./tag-index.ts";

/** Series read at a time; the head is pinned only for that long. */
const BATCH = 256;

/** The store as a source of series for the renderer. */
export class StoreSource implements SeriesSource {
  readonly #names: NameIndex;
  readonly #tags: TagIndex;
  readonly #reader: StoreReader;
  #rules: StorageRules;
  /** Aggregation by series, as the present rules have it. */
  #consolidations = new Map<number, Consolidation>();

  constructor(names: NameIndex, tags: TagIndex, reader: StoreReader, rules: StorageRules) {
    this.#names = names;
    this.#tags = tags;
    this.#reader = reader;
    this.#rules = rules;
  }

  /** New rules apply to all of history. */
  setRules(rules: StorageRules): void {
    this.#rules = rules;
    this.#consolidations = new Map();
  }

  async find(pattern: string, _window: TimeWindow | null, limit: number): Promise<FoundNode[]> {
    const found = this.#names.find(pattern, limit);
    if (found.length > 0 || !pattern.includes("^")) return found;
    const paths = caretPaths(pattern);
    if (paths === null) return found;
    const nodes = new Map<string, FoundNode>();
    for (const path of paths) {
      for (const node of this.#names.find(path, limit))
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
    return this.#tags.find(expressions, limit);
  }

  async fetch(
    leaves: readonly FoundNode[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const geometries = leaves.map(({ series }) => this.#reader.geometry(series, window));
    let datapoints = 0;
    for (const geometry of geometries) {
      if (geometry !== null) datapoints += (geometry.end - geometry.start) / geometry.step;
    }
    if (datapoints > maxDatapoints) {
      const message = `the request needs ${datapoints} datapoints, more than are allowed: ask for a shorter range or fewer series`;
      throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
    }
    const fetched: FetchedSeries[] = [];
    for (let from = 0; from < leaves.length; from += BATCH) {
      this.#fetchBatch(
        leaves.slice(from, from + BATCH),
        geometries.slice(from, from + BATCH),
        fetched,
      );
    }
    return fetched;
  }

  #fetchBatch(
    leaves: readonly FoundNode[],
    geometries: readonly (Geometry | null)[],
    fetched: FetchedSeries[],
  ): void {
    const consolidations = leaves.map((leaf) => this.#consolidationOf(leaf));
    const read = this.#reader.read(
      leaves.map((leaf) => leaf.series),
      geometries,
      consolidations,
    );
    read.forEach((one, i) => {
      if (one === null) return;
      fetched.push({
        name: leaves[i]!.path,
        ...one,
        method: consolidations[i]!.method,
        xFilesFactor: consolidations[i]!.xFilesFactor,
      });
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
