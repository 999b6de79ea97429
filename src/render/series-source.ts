import type { AggregationMethod } from "../model/aggregation.ts";
import type { TagExpression } from "../model/tag-expression.ts";

/** A time range in seconds; `from` is exclusive and `until` inclusive, as Graphite has it. */
export interface TimeWindow {
  from: number;
  until: number;
  /** The moment that archive choice counts retention from; the clock, or the request's `now`. */
  now: number;
  /**
   * The tier is chosen as if the window began here: a function that looks further back than its
   * panel still gets the panel's step.
   */
  stepFrom?: number;
  /** Which statistic of every bucket is wanted, instead of the one that the series is kept for. */
  statistic?: AggregationMethod | undefined;
  /** It is that or nothing: no other statistic stands in where an imported bucket has only that. */
  isExact?: boolean | undefined;
  /** The answer has at most so many buckets: longer ones, of which every statistic is exact. */
  maxBuckets?: number | undefined;
}

/** Leaves that are read as if their samples were those of one series. */
export interface MergedLeaves {
  name: string;
  leaves: readonly FoundNode[];
}

/** A branch or a leaf of the tree of names. A name that is both comes as two nodes. */
export interface FoundNode {
  path: string;
  isLeaf: boolean;
  /** Number of the series for a leaf, -1 for a branch. */
  series: number;
}

/** One series over a window, at the step of the tier that answers. NaN is a gap. */
export interface FetchedSeries {
  name: string;
  /** Time of values[0], seconds; a multiple of step. */
  start: number;
  /** start + step * values.length. */
  end: number;
  step: number;
  values: Float64Array;
  /** From storage-aggregation.conf: how the series consolidates unless told otherwise. */
  method: AggregationMethod;
  xFilesFactor: number;
}

/** How a series is kept, beside its data. */
export interface SeriesFacts {
  /** From storage-aggregation.conf. */
  method: AggregationMethod;
  xFilesFactor: number;
  /** Seconds per bucket and seconds for which buckets are kept, finest first. */
  tiers: readonly { step: number; retention: number }[];
  /** Whether datapoints replace what their slot holds, samples merge, or events add up to a rate. */
  mode: "replace" | "gauge" | "event";
  trailing: readonly TrailingLevel[];
}

/** A level of istat that shows averages over seasons; what they are made of is in the tiers. */
export interface TrailingLevel {
  step: number;
  /** Seconds after which it repeats itself. */
  season: number;
  /** How much of the average stays when a season is added. */
  lambda: number;
}

/** Buckets of `step` seconds from `start` to `end`, seconds. */
export interface BucketGrid {
  start: number;
  end: number;
  step: number;
  /** How far back the question reaches, seconds: levels that keep less are not read. */
  age: number;
}

/**
 * What is kept of the samples of each slot of a grid, by slot. A slot whose count is 0 is empty. Of
 * an event counter the samples are the rates of the finest slots in which something happened.
 */
export interface StoredBuckets {
  /** Place of slot 0 on the grid. */
  first: number;
  count: Float64Array;
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
  /** Sum of squared deviations from the mean. */
  m2: Float64Array;
}

/**
 * Where series come from: the store, a read-through tree, or memory in a test.
 *
 * @throws GraphiteError ERR_LIMIT_SERIES, ERR_LIMIT_DATAPOINTS when a limit is passed
 */
export interface SeriesSource {
  /**
   * Nodes matched by a glob pattern (one node per dot; `**` any depth; braces; carets as istat
   * expands them when no series has the name as typed), sorted by path in code point order, the
   * branch before the leaf of the same path. A tagged series is matched by its exact canonical
   * path only.
   */
  find(pattern: string, window: TimeWindow | null, limit: number): Promise<FoundNode[]>;
  /** Series that satisfy all tag expressions, sorted by path. */
  findByTags(
    expressions: readonly TagExpression[],
    window: TimeWindow | null,
    limit: number,
  ): Promise<FoundNode[]>;
  /**
   * The leaves' data, in the order asked; a series that keeps nothing of the window is left out.
   * `maxDatapoints` bounds the values of the answer.
   */
  fetch(
    leaves: readonly FoundNode[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]>;
  /** One series for each group, whose buckets are the exact merge of its leaves' buckets. */
  fetchMerged(
    groups: readonly MergedLeaves[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]>;
  buckets(leaf: FoundNode, grid: BucketGrid): StoredBuckets;
  /** How a leaf is kept. */
  factsOf(leaf: FoundNode): SeriesFacts;
  /** The paths of all series, sorted. @throws GraphiteError ERR_LIMIT_SERIES */
  allPaths(limit: number): Promise<string[]>;
  /**
   * Times, seconds, of the events with from <= time <= until, in order; of those that have all the
   * tags that any event has, or of all events when `tags` is null. A list for each question.
   */
  events(questions: readonly EventQuestion[]): Promise<number[][]>;
}

export interface EventQuestion {
  tags: readonly string[] | null;
  from: number;
  until: number;
}

/** What can be asked about tags; texts come in code point order, at most `limit` of them. */
export interface TagQueries {
  /** Tags that begin so and that are wanted. */
  tags(prefix: string, limit: number, isWanted?: (tag: string) => boolean): string[];
  /** Tags of the series that satisfy all expressions, without those that these are about. */
  tagsOf(expressions: readonly TagExpression[], prefix: string, limit: number): string[];
  values(
    tag: string,
    prefix: string,
    limit: number,
    isWanted?: (value: string) => boolean,
  ): string[];
  /** Values of a tag among the series that have it and satisfy all expressions. */
  valuesOf(
    tag: string,
    expressions: readonly TagExpression[],
    prefix: string,
    limit: number,
  ): string[];
  /** How many series have a value of a tag. */
  seriesCount(tag: string, value: string): number;
  /** A number that stays with a tag, or a value of it, as long as the server runs; 0 for none. */
  idOf(tag: string, value?: string): number;
}

export interface TaggedSource extends SeriesSource {
  readonly tags: TagQueries;
}
