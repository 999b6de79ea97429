import type { BucketColumn, BucketSeries } from "../api/buckets.ts";
import { askBuckets } from "../api/buckets.ts";
import { askRender, type RenderSeries } from "../api/render.ts";
import type { GraphAddress, Mode } from "../state/page-address.ts";
import type { GraphSeries } from "./series.ts";

/** What a graph shows, and over which time, in seconds. */
export interface GraphData {
  from: number;
  until: number;
  series: GraphSeries[];
}

export interface GraphQuestion extends Pick<GraphAddress, "mode" | "targets"> {
  /** As `/render` takes them. */
  from: string;
  until: string;
  tz: string;
  /** The same in seconds, for targets that say no range themselves. */
  range: { from: number; until: number };
  maxDataPoints: number;
}

const COLUMNS: Partial<Record<Mode, readonly BucketColumn[]>> = {
  band: ["mean", "min", "max", "count"],
  deviation: ["mean", "stddev", "count"],
};

/**
 * Loads a graph: paths, globs and tags from the buckets that are kept, with all that is known of them;
 * what calls a function from `/render`.
 *
 * @throws ApiError
 */
export async function loadGraph(question: GraphQuestion, signal: AbortSignal): Promise<GraphData> {
  const { targets, from, until, tz, maxDataPoints, mode } = question;
  const paths = targets.filter(isPath);
  const calls = targets.filter((target) => !isPath(target));
  const columns = COLUMNS[mode] ?? ["mean", "count"];
  const [buckets, ...rendered] = await Promise.all([
    paths.length === 0
      ? null
      : askBuckets({ targets: paths, from, until, tz, maxDataPoints, columns }, signal),
    // One by one, so that it is known what each of them makes.
    ...calls.map((target) =>
      askRender({ target: [target], from, until, tz, maxDataPoints }, signal),
    ),
  ]);
  const series: GraphSeries[] = [];
  for (const [index, target] of targets.entries()) {
    const call = calls.indexOf(target);
    if (call < 0) {
      const found = buckets?.series.filter((one) => one.target === target) ?? [];
      series.push(...found.map((one) => ofBuckets(one, index)));
    } else series.push(...(rendered[call] ?? []).flatMap((one) => ofRender(one, index)));
  }
  return {
    from: buckets?.from ?? question.range.from,
    until: buckets?.until ?? question.range.until,
    series: withOwnNames(series),
  };
}

/** Whether a target names what is kept, and does not make anything of it. */
export function isPath(target: string): boolean {
  return /^\s*seriesByTag\([^()]*\)\s*$/.test(target) || !/[("']/.test(target);
}

function ofBuckets(one: BucketSeries, target: number): GraphSeries {
  const { name, start, step, tier, columns } = one;
  const known = columns[one.known as BucketColumn];
  return {
    name,
    target,
    start,
    step,
    values: known ?? columns.mean ?? [],
    min: columns.min ?? null,
    max: columns.max ?? null,
    stddev: columns.stddev ?? null,
    count: known === undefined ? (columns.count ?? null) : null,
    keptStep: tier.step,
  };
}

function ofRender({ target: name, datapoints }: RenderSeries, target: number): GraphSeries[] {
  const [first, second] = datapoints;
  if (first === undefined) return [];
  return [
    {
      name,
      target,
      start: first[1],
      step: second === undefined ? 1 : second[1] - first[1],
      values: datapoints.map(([value]) => value),
      min: null,
      max: null,
      stddev: null,
      count: null,
      keptStep: null,
    },
  ];
}

/** A legend hides by name, so no two series of a graph may share theirs. */
function withOwnNames(series: GraphSeries[]): GraphSeries[] {
  const seen = new Map<string, number>();
  return series.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
  });
}
