import "./graph.css";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { resolveRange } from "../../model/time-expression.ts";
import { askEvents, type GraphEvent } from "../api/events.ts";
import { subscribeLive } from "../api/live.ts";
import { useAsked } from "../api/use-asked.ts";
import { ErrorText } from "../parts/error-text.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { range, rangeNow, refreshes, timeZone } from "../state/page.ts";
import { type GraphAddress, MODES, type Mode } from "../state/page-address.ts";
import { LIVE, refreshSetting } from "../state/settings.ts";
import { spanText } from "../state/time-text.ts";
import { drawnOf } from "./columns.ts";
import { DataTable } from "./data-table.tsx";
import { Legend } from "./legend.tsx";
import { withLive } from "./live-data.ts";
import { type GraphData, loadGraph } from "./load-graph.ts";
import { parseOptions } from "./options.ts";
import { OptionsDialog } from "./options-dialog.tsx";
import { Plot } from "./plot.tsx";
import { figuresOf } from "./series.ts";
import { Tooltip } from "./tooltip.tsx";
import { valueText } from "./units.ts";
import { useIsNear, useWidth } from "./use-width.ts";

export const MODE_NAMES: Record<Mode, string> = {
  line: "Lines",
  area: "Areas",
  stacked: "Stacked",
  points: "Points",
  band: "Mean within min and max",
  deviation: "Mean ± standard deviation",
};
const MODE_ICONS: Record<Mode, IconName> = {
  line: "line",
  area: "area",
  stacked: "stacked",
  points: "points",
  band: "band",
  deviation: "band",
};
const NO_EVENTS: readonly GraphEvent[] = [];
/** Points of a series are asked for in steps of so many, so that a resize asks for nothing new. */
const POINTS_STEP = 200;

/** What others may do with a graph that is drawn. */
export interface DrawnGraph {
  data: GraphData;
  /** Null while the graph is a table. */
  canvas: HTMLCanvasElement | null;
}

export interface GraphCardProps {
  graph: GraphAddress;
  /** What is written above it; the targets by default. */
  title?: string;
  /** Of the graph alone, instead of the page's; it cannot be zoomed then. */
  ownRange?: { from: string; until: string } | null;
  /** Of the plot, in pixels. */
  height?: number;
  /** Without it, mode and options stay as they are. */
  onChange?: (graph: GraphAddress) => void;
  onClose?: () => void;
  /** Further things to do, in the menu of the card. */
  actions?: (drawn: () => DrawnGraph | null) => MenuItem[];
  /** Beside the title. */
  children?: ComponentChildren;
  hasLegend?: boolean;
}

/** A graph with its title, modes, options and legend; it loads itself while it can be seen. */
export function GraphCard(props: GraphCardProps): JSX.Element {
  const { graph, ownRange = null, height = 240, onChange, onClose, hasLegend = true } = props;
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  const isNear = useIsNear(body);
  const plot = useRef<uPlot | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [pointer, setPointer] = useState<{ left: number; top: number } | null>(null);
  const [isTable, setTable] = useState(false);
  const [isOptionsOpen, setOptionsOpen] = useState(false);
  const options = useMemo(() => parseOptions(graph.options), [graph.options.join()]);
  const zone = timeZone.value;
  const { from, until } = ownRange ?? range.value;
  const maxDataPoints = Math.min(Math.ceil(width / POINTS_STEP) * POINTS_STEP, 4000);

  const question = { ...graph, from, until, tz: zone, maxDataPoints };
  const { key, canAsk } = useHeldBack(
    JSON.stringify([graph.targets, bucketsOf(graph.mode), from, until, zone, maxDataPoints]) +
      refreshes.value,
    isNear && width > 0,
  );
  const asked = useAsked(
    canAsk && graph.targets.length > 0
      ? (signal) => loadGraph({ ...question, range: secondsOf(ownRange, zone) }, signal)
      : null,
    [key],
  );
  const { answer, error, isLoading, retry } = asked;
  const isLive = refreshSetting.value === LIVE && isNear && /^(now)?$/.test(until);
  const data = useLive(answer, graph.targets, isLive);
  const events = useAsked(
    data !== null && options.events !== null
      ? (signal) => askEvents({ from: data.from, until: data.until, tags: options.events! }, signal)
      : null,
    [answer?.from, answer?.until, options.events],
  );
  const drawn = useMemo(
    () => data && drawnOf(data.series, graph.mode, hidden, options),
    [data, graph.mode, hidden, options],
  );
  const title = props.title ?? titleOf(graph);
  const change = (part: Partial<GraphAddress>): void => onChange?.({ ...graph, ...part });
  const drawnNow = (): DrawnGraph | null =>
    data && { data, canvas: plot.current?.ctx.canvas ?? null };

  return (
    <section class="graph-card panel" aria-label={`Graph: ${title}`}>
      <header class="graph-head">
        <h3 title={graph.targets.join("\n")}>{title}</h3>
        {data !== null && <Resolution data={data} />}
        <span class={`graph-loading ${isLoading ? "on" : ""}`} aria-hidden="true" />
        {props.children}
        {onChange !== undefined && (
          <Menu
            label={`Drawn as: ${MODE_NAMES[graph.mode]}`}
            items={MODES.map((mode) => ({
              text: MODE_NAMES[mode],
              isChosen: mode === graph.mode,
              run: () => change({ mode }),
            }))}
          >
            <Icon name={MODE_ICONS[graph.mode]} />
          </Menu>
        )}
        <Menu
          label="More of this graph"
          items={[
            ...(onChange === undefined
              ? []
              : [{ text: "Axes and units…", run: () => setOptionsOpen(true) }]),
            { text: isTable ? "As a graph" : "As a table", run: () => setTable(!isTable) },
            ...(props.actions?.(drawnNow) ?? []),
          ]}
        >
          <Icon name="more" />
        </Menu>
        {onClose !== undefined && (
          <button
            type="button"
            class="button quiet"
            aria-label={`Remove the graph ${title}`}
            title="Remove this graph"
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      {error !== null && <ErrorText error={error} onRetry={retry} />}
      <div class="graph-body" ref={body} style={{ minHeight: `${height}px` }}>
        {data !== null && drawn !== null && width > 0 && data.series.length > 0 && (
          <>
            {isTable ? (
              <DataTable
                drawn={drawn}
                series={data.series}
                unit={options.unit}
                zone={zone}
                height={height}
              />
            ) : (
              <div
                class="graph-picture"
                role="img"
                aria-label={summaryOf(data, title, options.unit)}
              >
                <Plot
                  data={data}
                  drawn={drawn}
                  mode={graph.mode}
                  options={options}
                  events={events.answer ?? NO_EVENTS}
                  timeZone={zone}
                  width={width}
                  height={height}
                  canZoom={ownRange === null}
                  onPointer={setPointer}
                  onPlot={(made) => {
                    plot.current = made;
                  }}
                />
              </div>
            )}
            {pointer !== null && !isTable && (
              <Tooltip
                at={{
                  left: pointer.left + (plot.current?.over.offsetLeft ?? 0),
                  top: pointer.top,
                }}
                width={width}
                series={data.series}
                hidden={hidden}
                unit={options.unit}
                zone={zone}
                events={events.answer ?? NO_EVENTS}
                secondsPerPixel={(data.until - data.from) / width}
              />
            )}
          </>
        )}
        {data !== null && data.series.length === 0 && (
          <p class="graph-nothing">
            Nothing is known of {graph.targets.length === 1 ? graph.targets[0] : "these targets"} in
            this range.
          </p>
        )}
      </div>
      {hasLegend && (
        <Legend
          series={data?.series ?? []}
          hidden={hidden}
          unit={options.unit}
          onHide={setHidden}
        />
      )}
      {isOptionsOpen && (
        <OptionsDialog
          graph={graph}
          onChange={(texts) => change({ options: texts })}
          onClose={() => setOptionsOpen(false)}
        />
      )}
    </section>
  );
}

/** Length of the buckets that are shown; more than that of those kept says that they were merged. */
function Resolution({ data }: { data: GraphData }): JSX.Element | null {
  const steps = [...new Set(data.series.map(({ step }) => step))].sort((a, b) => a - b);
  if (steps.length === 0) return null;
  const text =
    steps.length === 1
      ? spanText(steps[0]!)
      : `${spanText(steps[0]!)} – ${spanText(steps.at(-1)!)}`;
  const isMerged = data.series.some(({ step, keptStep }) => keptStep !== null && step > keptStep);
  const what = isMerged ? "Each point is merged from finer ones" : "Points as they are kept";
  return (
    <span class="resolution" title={what}>
      {text}
    </span>
  );
}

/** What was loaded with what has come since. */
function useLive(
  loaded: GraphData | null,
  targets: readonly string[],
  isLive: boolean,
): GraphData | null {
  const [live, setLive] = useState<{ of: GraphData; data: GraphData } | null>(null);
  useEffect(() => {
    if (loaded === null || !isLive) return;
    let latest = loaded;
    return subscribeLive(targets, (points) => {
      latest = withLive(latest, targets, points);
      setLive({ of: loaded, data: latest });
    });
  }, [loaded, isLive, targets.join("\n")]);
  return live !== null && live.of === loaded && isLive ? live.data : loaded;
}

/** Answers of these modes hold the same columns, so that a change between them asks for nothing. */
function bucketsOf(mode: Mode): string {
  return mode === "band" || mode === "deviation" ? mode : "line";
}

/** The newest key for which there is somebody to look; whether there was ever anybody. */
function useHeldBack(key: string, isWanted: boolean): { key: string; canAsk: boolean } {
  const held = useRef<string | null>(null);
  if (isWanted) held.current = key;
  return { key: held.current ?? "", canAsk: held.current !== null };
}

function secondsOf(
  ownRange: { from: string; until: string } | null,
  zone: string,
): { from: number; until: number } {
  if (ownRange === null) return rangeNow();
  try {
    return resolveRange(ownRange.from, ownRange.until, Math.floor(Date.now() / 1000), zone);
  } catch {
    return rangeNow();
  }
}

function titleOf({ targets }: GraphAddress): string {
  const [first = "An empty graph", ...more] = targets;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

/** A graph in words, for those who do not see it. */
function summaryOf(data: GraphData, title: string, unit: Parameters<typeof valueText>[1]): string {
  const said = data.series.slice(0, 5).map((one) => {
    const { last, min, max } = figuresOf(one);
    const say = (value: number | null): string => valueText(value, unit);
    return `${one.name}: last ${say(last)}, between ${say(min)} and ${say(max)}`;
  });
  const rest = data.series.length - said.length;
  const count = `${data.series.length} series`;
  return `${title}, ${count}. ${said.join(". ")}${rest > 0 ? `. And ${rest} more` : ""}.`;
}
