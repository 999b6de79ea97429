import type { LivePoints, LiveSeries } from "../api/live-points.ts";
import type { GraphData } from "./load-graph.ts";
import type { GraphSeries, Values } from "./series.ts";

/**
 * A graph with the points of the last minutes, moved on to their time. Coarse buckets get the mean of
 * their new points; what else is known of them comes when the graph is loaded again.
 */
export function withLive(
  data: GraphData,
  targets: readonly string[],
  { until, series: live }: LivePoints,
): GraphData {
  const span = data.until - data.from;
  const end = Math.max(data.until, until);
  const series = data.series.map((one) => {
    const target = targets[one.target];
    const found = live.find((other) => other.target === target && other.name === one.name);
    return found === undefined ? one : extended(one, found);
  });
  return { from: end - span, until: end, series };
}

function extended(series: GraphSeries, live: LiveSeries): GraphSeries {
  const fresh = bucketsOf(live, series.start, series.step);
  if (fresh.size === 0) return series;
  const count = Math.max(series.values.length, ...[...fresh.keys()].map((index) => index + 1));
  const values = padded(series.values, count);
  const others = {
    min: series.min && padded(series.min, count),
    max: series.max && padded(series.max, count),
    stddev: series.stddev && padded(series.stddev, count),
    count: series.count && padded(series.count, count),
  };
  for (const [index, points] of fresh) {
    if (index < 0) continue;
    values[index] = points.reduce((sum, value) => sum + value, 0) / points.length;
    // What was loaded knows more of a bucket than its points do.
    if (index < series.values.length && series.values[index] !== null) continue;
    if (others.min !== null) others.min[index] = Math.min(...points);
    if (others.max !== null) others.max[index] = Math.max(...points);
    if (others.count !== null) others.count[index] = points.length;
  }
  return { ...series, values, ...others };
}

/** The points of each bucket that is wholly within what came. */
function bucketsOf(live: LiveSeries, start: number, step: number): Map<number, number[]> {
  const buckets = new Map<number, number[]>();
  for (const [i, value] of live.values.entries()) {
    if (value === null) continue;
    const index = Math.floor((live.start + i * live.step - start) / step);
    if (start + index * step < live.start) continue;
    const points = buckets.get(index) ?? [];
    points.push(value);
    buckets.set(index, points);
  }
  return buckets;
}

function padded(values: Values, count: number): (number | null)[] {
  const copy = [...values];
  while (copy.length < count) copy.push(null);
  return copy;
}
