import { GraphiteError } from "../src/model/errors.ts";
import { type NodeMatcher, parsePattern } from "../src/model/glob.ts";
import { tagsOf } from "../src/model/series-name.ts";
import {
  checkTagExpressions,
  compileTagExpression,
  type TagExpression,
} from "../src/model/tag-expression.ts";
import type {
  BucketGrid,
  EventQuestion,
  FetchedSeries,
  FoundNode,
  MergedLeaves,
  SeriesFacts,
  SeriesSource,
  StoredBuckets,
  TimeWindow,
} from "../src/render/series-source.ts";

/** A series given point by point; NaN is a gap, and so is all time before and after. */
export interface GivenSeries {
  name: string;
  /** Time of values[0], seconds; a multiple of step. */
  start: number;
  step: number;
  values: readonly number[];
}

/** Series that somebody wrote down, as a source: answered on the grid that whisper answers on. */
export class MemorySource implements SeriesSource {
  readonly #series: readonly GivenSeries[];

  constructor(series: readonly GivenSeries[]) {
    this.#series = [...series].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  async find(pattern: string, _window: TimeWindow | null, limit: number): Promise<FoundNode[]> {
    const lists = parsePattern(pattern);
    return this.#leaves(({ name }) => {
      if (name.includes(";")) return name === pattern;
      const labels = name.split(".");
      return lists.some((nodes) => matches(nodes, labels));
    }, limit);
  }

  async findByTags(
    expressions: readonly TagExpression[],
    _window: TimeWindow | null,
    limit: number,
  ): Promise<FoundNode[]> {
    const matchers = expressions.map((one) => ({ tag: one.tag, ...compileTagExpression(one) }));
    checkTagExpressions(matchers);
    return this.#leaves(({ name }) => {
      if (!name.includes(";")) return false;
      const tags = tagsOf(name);
      return matchers.every((matcher) => matcher.matches(tags[matcher.tag] ?? ""));
    }, limit);
  }

  async events(questions: readonly EventQuestion[]): Promise<number[][]> {
    return questions.map(() => []);
  }

  async fetch(
    leaves: readonly FoundNode[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const until = Math.min(window.until, window.now);
    if (window.from > window.now) return [];
    let datapoints = 0;
    return leaves.map((leaf) => {
      const { name, step, start: first, values: given } = this.#series[leaf.series]!;
      const start = Math.floor(window.from / step) * step + step;
      const end = Math.max(Math.floor(until / step) * step, start) + step;
      datapoints += (end - start) / step;
      if (datapoints > maxDatapoints)
        throw new GraphiteError("ERR_LIMIT_DATAPOINTS", "too many datapoints");
      const values = new Float64Array((end - start) / step);
      for (let i = 0; i < values.length; i++) {
        values[i] = given[(start - first) / step + i] ?? Number.NaN;
      }
      return { name, start, end, step, values, method: "average", xFilesFactor: 0 };
    });
  }

  /** The mean of what is known of the leaves: each has one sample a slot. */
  async fetchMerged(
    groups: readonly MergedLeaves[],
    window: TimeWindow,
    maxDatapoints: number,
  ): Promise<FetchedSeries[]> {
    const merged: FetchedSeries[] = [];
    for (const { name, leaves } of groups) {
      const [first, ...others] = await this.fetch(leaves, window, maxDatapoints);
      if (first === undefined) continue;
      const all = [first, ...others];
      const values = first.values.map((_value, i) => {
        const known = all.flatMap((one) => (Number.isNaN(one.values[i]!) ? [] : [one.values[i]!]));
        return known.reduce((sum, value) => sum + value, 0) / known.length;
      });
      merged.push({ ...first, name, values });
    }
    return merged;
  }

  factsOf(leaf: FoundNode): SeriesFacts {
    const { step, values } = this.#series[leaf.series]!;
    const tiers = [{ step, retention: step * values.length }];
    return { method: "average", xFilesFactor: 0.5, tiers, mode: "replace", trailing: [] };
  }

  buckets(leaf: FoundNode, { start, end, step }: BucketGrid): StoredBuckets {
    const slots = Math.round((end - start) / step);
    const { values, start: first, step: own } = this.#series[leaf.series]!;
    const column = (): Float64Array => new Float64Array(slots);
    const [count, sum, min, max, m2] = [column(), column(), column(), column(), column()];
    values.forEach((value, i) => {
      const at = Math.floor((first + i * own - start) / step);
      if (at < 0 || at >= slots || Number.isNaN(value)) return;
      const mean = count[at] === 0 ? value : sum[at]! / count[at]!;
      m2[at]! += ((value - mean) ** 2 * count[at]!) / (count[at]! + 1);
      min[at] = count[at] === 0 ? value : Math.min(min[at]!, value);
      max[at] = count[at] === 0 ? value : Math.max(max[at]!, value);
      sum[at]! += value;
      count[at]! += 1;
    });
    return { first: 0, count, sum, min, max, m2 };
  }

  async allPaths(): Promise<string[]> {
    return this.#series.map(({ name }) => name);
  }

  #leaves(isWanted: (series: GivenSeries) => boolean, limit: number): FoundNode[] {
    const found = this.#series.flatMap((series, i) =>
      isWanted(series) ? [{ path: series.name, isLeaf: true, series: i }] : [],
    );
    if (found.length > limit) throw new GraphiteError("ERR_LIMIT_SERIES", "too many series");
    return found;
  }
}

function matches(nodes: readonly NodeMatcher[], labels: readonly string[]): boolean {
  const [node, ...rest] = nodes;
  if (node === undefined) return labels.length === 0;
  if (node.kind === "anyDepth") {
    return labels.some((_label, i) => matches(rest, labels.slice(i))) || matches(rest, []);
  }
  const [label] = labels;
  if (label === undefined) return false;
  const isSame =
    node.kind === "any" || (node.kind === "literal" ? node.text === label : node.test(label));
  return isSame && matches(rest, labels.slice(1));
}
