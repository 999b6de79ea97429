import "uplot/dist/uPlot.min.css";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { GraphEvent } from "../api/events.ts";
import { showRange, zoomBack, zoomTo } from "../state/page.ts";
import type { Mode } from "../state/page-address.ts";
import { isDark } from "../state/settings.ts";
import { type Palette, paletteNow } from "./colours.ts";
import type { Drawn } from "./columns.ts";
import { CURSOR_GROUP, cursorTime } from "./cursor.ts";
import type { GraphData } from "./load-graph.ts";
import type { GraphOptions } from "./options.ts";
import { axesOf, type PlotParts, plotParts, scalesOf } from "./plot-options.ts";

/** Pixels that a pointer must move for a zoom. */
const MIN_DRAG = 5;
/** Lines up to which dots follow the cursor. */
const MAX_DOTS = 24;

export interface PlotProps {
  data: GraphData;
  drawn: Drawn;
  mode: Mode;
  options: GraphOptions;
  events: readonly GraphEvent[];
  timeZone: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Whether zooming changes the range of the page. */
  canZoom: boolean;
  /** Told of the pointer in this graph, in pixels of the plot; null when it has left. */
  onPointer: (at: { left: number; top: number } | null) => void;
  /** Told of the plot when there is another one. */
  onPlot: (plot: uPlot | null) => void;
}

/** The canvas of a graph. New data of the same shape are drawn by the plot that is there. */
export function Plot(props: PlotProps): JSX.Element {
  const { data, drawn, mode, options, width, height } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  /** What the plot was made with, which need not be drawn again. */
  const madeOf = useRef<Drawn | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const shape = JSON.stringify([
    mode,
    options,
    isDark.value,
    props.timeZone,
    drawn.lines.map(({ series, upper }) => [data.series[series]!.name, upper === null]),
  ]);

  useLayoutEffect(() => {
    const palette = paletteNow();
    const parts = plotParts(drawn, data.series, mode, options, palette);
    const made = new uPlot(plotOptions(latest, parts, palette), parts.data, host.current!);
    made.setScale("x", { min: data.from, max: data.until });
    plot.current = made;
    madeOf.current = drawn;
    props.onPlot(made);
    return () => {
      plot.current = null;
      props.onPlot(null);
      made.destroy();
    };
  }, [shape]);

  useEffect(() => {
    const { current } = plot;
    if (current === null || madeOf.current === drawn) return;
    madeOf.current = null;
    const parts = plotParts(drawn, data.series, mode, options, paletteNow());
    current.batch(() => {
      current.setData(parts.data, false);
      current.setScale("x", { min: data.from, max: data.until });
    });
  }, [drawn, data]);

  useEffect(() => {
    plot.current?.setSize({ width, height });
  }, [width, height]);

  useEffect(() => {
    plot.current?.redraw(false);
  }, [props.events]);

  return <div class="plot" ref={host} />;
}

function plotOptions(
  latest: { current: PlotProps },
  parts: PlotParts,
  palette: Palette,
): uPlot.Options {
  const { mode, options, width, height, timeZone } = latest.current;
  const hasRight = parts.series.some(({ scale }) => scale === "right");
  const isLine = parts.series.map(({ label }) => label !== undefined);
  const lineCount = isLine.filter(Boolean).length;
  return {
    width,
    height,
    series: parts.series,
    bands: parts.bands,
    axes: axesOf(options, hasRight, palette),
    scales: scalesOf(options, mode),
    legend: { show: false },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), timeZone),
    padding: [10, hasRight ? 0 : 20, 0, 0],
    cursor: {
      y: false,
      sync: { key: CURSOR_GROUP, scales: ["x", null] },
      drag: { x: true, y: false, setScale: false, dist: MIN_DRAG },
      points: {
        show: lineCount <= MAX_DOTS,
        size: (_plot, index) => (isLine[index] === true ? 6 : 0),
      },
      bind: {
        mousedown: (plot, _target, handle) => (event) => {
          if (event.button === 0 && event.shiftKey) startPan(plot, event, latest);
          else handle(event);
          return null;
        },
        dblclick: () => () => {
          if (latest.current.canZoom) zoomBack();
          return null;
        },
      },
    },
    hooks: {
      setCursor: [(plot) => tellCursor(plot, latest)],
      setSelect: [(plot) => zoomToSelection(plot, latest)],
      drawAxes: [(plot) => drawThresholds(plot, options, palette)],
      draw: [(plot) => drawEvents(plot, latest.current.events, palette)],
    },
  };
}

function tellCursor(plot: uPlot, latest: { current: PlotProps }): void {
  const { left = -1, top = -1, event } = plot.cursor;
  // Those that only follow have no event of their own.
  if (event === undefined || event === null) return;
  if (left < 0) {
    cursorTime.value = null;
    latest.current.onPointer(null);
    return;
  }
  cursorTime.value = plot.posToVal(left, "x");
  latest.current.onPointer({ left, top });
}

function zoomToSelection(plot: uPlot, latest: { current: PlotProps }): void {
  const { left, width } = plot.select;
  if (width === 0) return;
  const from = plot.posToVal(left, "x");
  const until = plot.posToVal(left + width, "x");
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (latest.current.canZoom && width >= MIN_DRAG) zoomTo(Math.floor(from), Math.ceil(until));
}

/** Moves the graph with the pointer, and the range of the page when it is let go. */
function startPan(plot: uPlot, start: MouseEvent, latest: { current: PlotProps }): void {
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const from = min ?? 0;
  const until = max ?? 0;
  const secondsPerPixel = (until - from) / plot.over.clientWidth;
  let by = 0;
  const move = (event: MouseEvent): void => {
    by = (start.clientX - event.clientX) * secondsPerPixel;
    plot.setScale("x", { min: from + by, max: until + by });
  };
  const end = (): void => {
    document.removeEventListener("mousemove", move);
    document.removeEventListener("mouseup", end);
    if (by !== 0 && latest.current.canZoom) showRange(from + by, until + by);
  };
  document.addEventListener("mousemove", move);
  document.addEventListener("mouseup", end);
}

function drawThresholds(plot: uPlot, { warn, crit }: GraphOptions, palette: Palette): void {
  for (const [value, colour] of [
    [warn, palette.warn],
    [crit, palette.crit],
  ] as const) {
    const { min, max } = plot.scales.y ?? {};
    if (value === null || min == null || max == null || value < min || value > max) continue;
    const { left, width } = plot.bbox;
    const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.setLineDash([6, 4]);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
    ctx.restore();
  }
}

function drawEvents(plot: uPlot, events: readonly GraphEvent[], palette: Palette): void {
  const { min, max } = plot.scales.x ?? {};
  if (min == null || max == null) return;
  const { top, height } = plot.bbox;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = palette.accent;
  ctx.fillStyle = palette.accent;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2, 3]);
  for (const { when } of events) {
    if (when < min || when > max) continue;
    const x = Math.round(plot.valToPos(when, "x", true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    const size = 4 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x - size, top);
    ctx.lineTo(x + size, top);
    ctx.lineTo(x, top + size * 1.5);
    ctx.fill();
  }
  ctx.restore();
}
