import uPlot from "uplot";
import type { Mode } from "../state/page-address.ts";
import { dashOf, faded, type Palette } from "./colours.ts";
import type { Drawn } from "./columns.ts";
import type { GraphOptions } from "./options.ts";
import type { GraphSeries } from "./series.ts";
import { type Unit, valueText } from "./units.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Labels of the time axis by the distance of its marks, and what is below where the day or year changes. */
const TIME_LABELS: uPlot.Axis.Values = [
  [DAY * 365, "{YYYY}", null, null, null, null, null, null, 1],
  [DAY * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [DAY, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [HOUR, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [MINUTE, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
];

/** Distances of marks on a value axis, for units whose steps are not tens. */
const DISTANCES: Partial<Record<Unit, number[]>> = {
  bytes: Array.from({ length: 60 }, (_, power) => 2 ** power),
  seconds: [
    ...tens(1e-9, 1),
    ...[1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
    ...[HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
    ...tens(DAY, 1e6 * DAY),
  ],
};

/** What uPlot is to draw, and how each of its columns came to be. */
export interface PlotParts {
  data: uPlot.AlignedData;
  series: uPlot.Series[];
  bands: uPlot.Band[];
}

/** Columns, lines and areas of a graph. A line that has surroundings is followed by them. */
export function plotParts(
  drawn: Drawn,
  all: readonly GraphSeries[],
  mode: Mode,
  options: GraphOptions,
  palette: Palette,
): PlotParts {
  const data: unknown[] = [drawn.times];
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  const spanGaps = options.nulls === "join";
  let below = 0;
  for (const { series: index, line, upper, lower } of drawn.lines) {
    const colour = palette.series(index);
    const isRight = options.right.includes(all[index]!.target + 1);
    const scale = isRight ? "right" : "y";
    const at = data.push(line) - 1;
    series.push({
      ...lineOf(mode, colour, dashOf(index)),
      scale,
      spanGaps,
      label: all[index]!.name,
    });
    if (mode === "stacked") {
      if (below > 0) bands.push({ series: [at, below], fill: faded(colour, 0.45), dir: -1 });
      else series[at]!.fill = faded(colour, 0.45);
      below = at;
    } else if (upper !== null && lower !== null) {
      const top = data.push(upper) - 1;
      const bottom = data.push(lower) - 1;
      const edge = { scale, spanGaps, width: 0, points: { show: false } };
      series.push(edge, edge);
      bands.push({ series: [top, bottom], fill: faded(colour, 0.22) });
    }
  }
  return { data: data as uPlot.AlignedData, series, bands };
}

/** 1, 2 and 5 times the powers of ten from `least` up to `most`. */
function tens(least: number, most: number): number[] {
  const found: number[] = [];
  for (let size = least; size < most * 0.999; size *= 10) found.push(size, size * 2, size * 5);
  return found;
}

function lineOf(mode: Mode, stroke: string, dash: number[]): uPlot.Series {
  if (mode === "points") {
    return { stroke, width: 0, paths: () => null, points: { show: true, size: 4, fill: stroke } };
  }
  return {
    stroke,
    dash,
    width: 1.5,
    ...(mode === "area" ? { fill: faded(stroke, 0.18) } : {}),
    points: { size: 4, fill: stroke, filter: lonelyPoints },
  };
}

/** Of a line, dots are drawn where a value has no neighbour that a line could lead to. */
function lonelyPoints(plot: uPlot, seriesIndex: number, show: boolean): number[] | null {
  if (show) return null;
  const column = plot.data[seriesIndex]!;
  const lonely: number[] = [];
  let before: number | null | undefined = null;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (value === undefined) continue;
    if (value !== null && before === null && isGapAfter(column, i)) lonely.push(i);
    before = value;
  }
  return lonely;
}

function isGapAfter(column: ArrayLike<number | null | undefined>, at: number): boolean {
  for (let i = at + 1; i < column.length; i++) {
    if (column[i] !== undefined) return column[i] === null;
  }
  return true;
}

/** Both value axes and that of time. */
export function axesOf(options: GraphOptions, hasRight: boolean, palette: Palette): uPlot.Axis[] {
  const common: uPlot.Axis = {
    stroke: palette.soft,
    font: "12px system-ui, sans-serif",
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1, size: 4 },
  };
  const values: uPlot.Axis = {
    ...common,
    size: axisWidth,
    ...(DISTANCES[options.unit] === undefined ? {} : { incrs: DISTANCES[options.unit] }),
    values: (_plot, splits) =>
      splits.map((split) => (split === null ? "" : valueText(split, options.unit))),
  };
  return [
    { ...common, size: 38, values: TIME_LABELS, space: 60 },
    { ...values, scale: "y" },
    ...(hasRight ? [{ ...values, scale: "right", side: 1, grid: { show: false } } as const] : []),
  ];
}

/** As wide as the longest label, in steps, so that graphs below each other mostly agree. */
function axisWidth(_plot: uPlot, labels: string[]): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label?.length ?? 0));
  return Math.max(48, Math.ceil((longest * 7 + 14) / 8) * 8);
}

/** The scales of a graph. */
export function scalesOf(options: GraphOptions, mode: Mode): uPlot.Scales {
  const distribution = options.isLog ? ({ distr: 3, log: 10 } as const) : {};
  const isFromZero = mode === "area" || mode === "stacked";
  const ends: uPlot.Range.Function = (_plot, least, most) => {
    const [low, high] = endsOf(least, most, options, isFromZero);
    return [options.min ?? low, options.max ?? high];
  };
  return {
    x: { time: true },
    y: { ...distribution, range: ends },
    right: { ...distribution, range: ends },
  };
}

function endsOf(
  least: number | null,
  most: number | null,
  options: GraphOptions,
  isFromZero: boolean,
): [number, number] {
  if (least === null || most === null) return options.isLog ? [1, 10] : [0, 1];
  const marks = [options.warn, options.crit].filter((mark) => mark !== null);
  const top = Math.max(most, ...marks.filter((mark) => mark < most * 2));
  if (options.isLog) return uPlot.rangeLog(least, top, 10, false) as [number, number];
  // Values that keep near zero are seen against it.
  const bottom = isFromZero || (least > 0 && least < top / 3) ? Math.min(0, least) : least;
  if (bottom === top) return [bottom - Math.abs(bottom || 1) / 2, top + Math.abs(top || 1) / 2];
  const pad = (top - bottom) * 0.06;
  return [bottom === 0 ? 0 : bottom - pad, top === 0 ? 0 : top + pad];
}
