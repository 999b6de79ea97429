import type { Mode } from "../state/page-address.ts";
import type { GraphSeries, Values } from "./series.ts";

/** Values over common times: null is a gap, undefined a time that the series knows nothing of. */
export type Column = (number | null | undefined)[];

/** What is drawn of a graph: the columns of a line, and of what surrounds it. */
export interface Drawn {
  times: number[];
  lines: DrawnLine[];
}

export interface DrawnLine {
  /** Which of the series it is. */
  series: number;
  line: Column;
  /** Both ends of the area around the line or below it; null where there is none. */
  upper: Column | null;
  lower: Column | null;
}

/**
 * Lays series over common times. Those of the same grid share it; others are put in between, and a
 * line leads over the times that are not its own.
 */
export function drawnOf(
  series: readonly GraphSeries[],
  mode: Mode,
  hidden: ReadonlySet<string>,
  { nulls, isLog }: { nulls: "gap" | "join" | "zero"; isLog: boolean },
): Drawn {
  const times = commonTimes(series);
  const lay = (one: GraphSeries, values: Values | null): Column | null =>
    values && laid(one, values, times, nulls, isLog);
  const lines: DrawnLine[] = [];
  let below: Column | null = null;
  for (const [index, one] of series.entries()) {
    if (hidden.has(one.name)) continue;
    const line = lay(one, one.values)!;
    if (mode === "stacked") {
      const top = stackedOn(below, line);
      lines.push({ series: index, line: top, upper: null, lower: below });
      below = top;
    } else if (mode === "band") {
      lines.push({ series: index, line, upper: lay(one, one.max), lower: lay(one, one.min) });
    } else if (mode === "deviation" && one.stddev !== null) {
      const upper = lay(one, plus(one.values, one.stddev, 1));
      const lower = lay(one, plus(one.values, one.stddev, -1));
      lines.push({ series: index, line, upper, lower });
    } else lines.push({ series: index, line, upper: null, lower: null });
  }
  return { times, lines };
}

/** All times at which one of the series has a bucket, in order. */
function commonTimes(series: readonly GraphSeries[]): number[] {
  const grids = new Map<string, { start: number; step: number; count: number }>();
  for (const { start, step, values } of series) {
    const key = `${((start % step) + step) % step}/${step}`;
    const known = grids.get(key);
    if (known === undefined) {
      grids.set(key, { start, step, count: values.length });
      continue;
    }
    const end = Math.max(known.start + known.count * step, start + values.length * step);
    known.start = Math.min(known.start, start);
    known.count = Math.round((end - known.start) / step);
  }
  const times: number[] = [];
  for (const { start, step, count } of grids.values()) {
    for (let i = 0; i < count; i++) times.push(start + i * step);
  }
  if (grids.size < 2) return times;
  return [...new Set(times)].sort((a, b) => a - b);
}

function laid(
  { start, step }: GraphSeries,
  values: Values,
  times: readonly number[],
  nulls: "gap" | "join" | "zero",
  isLog: boolean,
): Column {
  const column: Column = new Array<number | null | undefined>(times.length);
  for (let i = 0; i < times.length; i++) {
    const index = (times[i]! - start) / step;
    if (!Number.isInteger(index)) continue;
    let value = values[index] ?? null;
    if (value === null && nulls === "zero") value = 0;
    // Nothing below zero has a place on such an axis.
    column[i] = isLog && value !== null && value <= 0 ? null : value;
  }
  return column;
}

/** On top of what is below; where the series has nothing, nothing is added. */
function stackedOn(below: Column | null, line: Column): Column {
  if (below === null) return line.map((value) => value ?? 0);
  return line.map((value, i) => (below[i] ?? 0) + (value ?? 0));
}

function plus(values: Values, stddev: Values, sign: 1 | -1): Values {
  return values.map((value, i) => {
    const spread = stddev[i];
    return value === null || spread === null || spread === undefined
      ? value
      : value + sign * spread;
  });
}
