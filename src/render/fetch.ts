import { GraphiteError } from "../model/errors.ts";
import { escapePattern } from "../model/glob.ts";
import { tagsOf } from "../model/series-name.ts";
import { parseTagExpression } from "../model/tag-expression.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Fetched, Need } from "./evaluate.ts";
import type { RenderLimits } from "./render.ts";
import type {
  FetchedSeries,
  FoundNode,
  MergedLeaves,
  SeriesSource,
  TimeWindow,
} from "./series-source.ts";

/** Levels below a node that are looked at at most. */
const MAX_LEVELS = 100;

/** What a request may still fetch. */
export class FetchBudget {
  readonly #limits: RenderLimits;
  #series = 0;
  #datapoints = 0;

  /** `fetched` is what the request has already. */
  constructor(limits: RenderLimits, fetched: Iterable<Fetched>) {
    this.#limits = limits;
    for (const list of fetched) {
      if (list instanceof GraphiteError) continue;
      this.#series += list.length;
      for (const one of list) this.#datapoints += one.values.length;
    }
  }

  get maxSeries(): number {
    return this.#limits.maxSeries;
  }

  get datapoints(): number {
    return this.#limits.maxDatapoints - this.#datapoints;
  }

  /** @throws GraphiteError ERR_LIMIT_SERIES */
  takeSeries(count: number): void {
    this.#series += count;
    if (this.#series > this.#limits.maxSeries) {
      const message = `the request needs more than ${this.#limits.maxSeries} series: ask for less`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
  }

  takeDatapoints(count: number): void {
    this.#datapoints += count;
  }
}

/** Looks up and fetches what one need asks for. @throws GraphiteError */
export async function fetchNeed(
  need: Need,
  window: TimeWindow,
  source: SeriesSource,
  budget: FetchBudget,
): Promise<TimeSeries[]> {
  const { pattern, tags, levels, pathExpression } = need;
  let fetched: FetchedSeries[];
  if (levels !== null) {
    const groups = await leavesBelow(pattern ?? "", levels, window, source, budget);
    fetched = await source.fetchMerged(groups, window, budget.datapoints);
  } else {
    const nodes =
      tags === null
        ? await source.find(pattern ?? "", window, budget.maxSeries)
        : await source.findByTags(tags.map(parseTagExpression), window, budget.maxSeries);
    const leaves = nodes.filter((node) => node.isLeaf);
    budget.takeSeries(leaves.length);
    fetched = await source.fetch(leaves, window, budget.datapoints);
  }
  return fetched.map(({ name, start, end, step, values, method, xFilesFactor }) => {
    budget.takeDatapoints(values.length);
    return {
      name,
      pathExpression,
      start,
      end,
      step,
      values,
      consolidation: method,
      xFilesFactor: null,
      keptXFilesFactor: xFilesFactor,
      tags: tagsOf(name),
    };
  });
}

/**
 * The leaves at most `levels` (0 for any number) below each node that a pattern matches. A node that
 * has others below it is never one of them: what it holds may be made of these. A node with nothing
 * below it stands for itself.
 */
async function leavesBelow(
  pattern: string,
  levels: number,
  window: TimeWindow,
  source: SeriesSource,
  budget: FetchBudget,
): Promise<MergedLeaves[]> {
  const nodes = await source.find(pattern, window, budget.maxSeries);
  const groups: MergedLeaves[] = [];
  for (const path of new Set(nodes.map((node) => node.path))) {
    const below: FoundNode[] = [];
    const patterns = levels === 0 ? ["**"] : levelPatterns(levels);
    for (const suffix of patterns) {
      const found = await source.find(`${escapePattern(path)}.${suffix}`, window, budget.maxSeries);
      if (found.length === 0) break;
      below.push(...found);
    }
    const inner = new Set(below.filter((node) => !node.isLeaf).map((node) => node.path));
    let leaves = below.filter((node) => node.isLeaf && !inner.has(node.path));
    if (below.length === 0) leaves = nodes.filter((node) => node.isLeaf && node.path === path);
    budget.takeSeries(leaves.length);
    if (leaves.length > 0) groups.push({ name: path, leaves });
  }
  return groups;
}

/** `*`, `*.*` and so on. */
function levelPatterns(levels: number): string[] {
  return Array.from({ length: Math.min(levels, MAX_LEVELS) }, (_, i) =>
    Array.from({ length: i + 1 }, () => "*").join("."),
  );
}
