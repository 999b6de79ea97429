import {
  DASHBOARD_FORMAT,
  type Dashboard,
  emptyDashboard,
  freeId,
  type Graph,
  LEVELS,
  MAX_GRAPHS,
  MAX_TARGETS,
  MAX_VARIABLES,
  MODES,
  type Mode,
  NULLS,
  newGraph,
  type Threshold,
  UNITS,
  VARIABLE_KINDS,
  type Variable,
} from "./dashboard.ts";
import { settle } from "./grid.ts";
import { choiceOf, type Fields, fieldsOf, listOf, numberOf, textOf } from "./untrusted.ts";

/** istatd's numbers of how a graph looks; it has no others. */
const ISTATD_FORMATS: Readonly<Record<Mode, number>> = {
  line: 1,
  points: 1,
  deviation: 2,
  band: 3,
  stacked: 4,
  area: 5,
};
const MAX_TEXT = 10_000;

/**
 * The text that a dashboard is saved as: the dashboard itself in the field `statite`, and beside it
 * what a page of istatd reads, as far as that can show it: series and sizes, but no functions, titles
 * or variables.
 */
export function savedText(dashboard: Dashboard): string {
  const first = dashboard.graphs[0]?.place;
  return JSON.stringify({
    statite: { format: DASHBOARD_FORMAT, ...dashboard },
    size: { width: (first?.width ?? 6) * 100, height: (first?.height ?? 7) * 40 - 40 },
    autoRefresh: dashboard.refreshSeconds > 0,
    timeInterval: 3600,
    timeSlider: 2,
    sizeDropdown: "manual",
    graphs: dashboard.graphs.map(({ targets }) => targets),
    formats: dashboard.graphs.map(({ mode }) => ISTATD_FORMATS[mode]),
  });
}

/** Whether a saved value is one of ours: it has the field `statite`. */
export function isOurs(value: unknown): boolean {
  return "statite" in fieldsOf(value);
}

/**
 * Reads what `savedText` wrote. What does not fit is left out, so that a dashboard that somebody has
 * edited by hand still opens.
 *
 * @throws Error with a sentence for people when it was written by a newer version
 */
export function readSaved(value: unknown): Dashboard {
  const saved = fieldsOf(fieldsOf(value).statite);
  const format = numberOf(saved.format);
  if (format === null || format > DASHBOARD_FORMAT) {
    const shown = format === null ? "without a number" : `of format ${format}`;
    throw new Error(
      `this dashboard is ${shown}, and formats up to ${DASHBOARD_FORMAT} are understood here: a newer server has saved it`,
    );
  }
  const empty = emptyDashboard(short(saved.title));
  const graphs: Graph[] = [];
  for (const graph of listOf(saved.graphs).slice(0, MAX_GRAPHS)) {
    graphs.push(graphOf(fieldsOf(graph), graphs));
  }
  return {
    title: empty.title,
    from: short(saved.from, empty.from) || empty.from,
    until: short(saved.until, empty.until) || empty.until,
    tz: short(saved.tz),
    refreshSeconds: Math.max(0, Math.round(numberOf(saved.refreshSeconds) ?? 0)),
    variables: variablesOf(listOf(saved.variables)),
    graphs: settle(graphs, null),
  };
}

function graphOf(saved: Fields, before: readonly Graph[]): Graph {
  const id = textOf(saved.id);
  const isFree = /^\w{1,40}$/.test(id) && !before.some((graph) => graph.id === id);
  const graph = newGraph(isFree ? id : freeId(before));
  const place = fieldsOf(saved.place);
  return {
    ...graph,
    title: short(saved.title),
    place: {
      x: numberOf(place.x) ?? 0,
      y: numberOf(place.y) ?? 0,
      width: numberOf(place.width) ?? graph.place.width,
      height: numberOf(place.height) ?? graph.place.height,
    },
    mode: choiceOf(saved.mode, MODES, graph.mode),
    targets: textsOf(saved.targets, MAX_TARGETS),
    from: short(saved.from),
    until: short(saved.until),
    unit: choiceOf(saved.unit, UNITS, graph.unit),
    min: numberOf(saved.min),
    max: numberOf(saved.max),
    isLogarithmic: saved.isLogarithmic === true,
    nulls: choiceOf(saved.nulls, NULLS, graph.nulls),
    thresholds: listOf(saved.thresholds)
      .slice(0, 20)
      .map((threshold) => thresholdOf(fieldsOf(threshold)))
      .filter((threshold) => threshold !== null),
  };
}

function thresholdOf({ value, level }: Fields): Threshold | null {
  const number = numberOf(value);
  return number === null ? null : { value: number, level: choiceOf(level, LEVELS, "warning") };
}

function variablesOf(saved: readonly unknown[]): Variable[] {
  const variables: Variable[] = [];
  for (const value of saved.slice(0, MAX_VARIABLES)) {
    const { name, label, kind, query, pattern, isMulti, chosen } = fieldsOf(value);
    const text = textOf(name);
    if (!isVariableName(text) || variables.some((other) => other.name === text)) continue;
    variables.push({
      name: text,
      label: short(label),
      kind: choiceOf(kind, VARIABLE_KINDS, "list"),
      query: short(query),
      pattern: short(pattern),
      isMulti: isMulti === true,
      chosen: textsOf(chosen, 1000),
    });
  }
  return variables;
}

export function isVariableName(text: string): boolean {
  return /^[A-Za-z]\w{0,49}$/.test(text);
}

function textsOf(value: unknown, most: number): string[] {
  return listOf(value)
    .filter((text) => typeof text === "string" && text !== "")
    .slice(0, most)
    .map((text) => short(text));
}

function short(value: unknown, otherwise = ""): string {
  return textOf(value, otherwise).slice(0, MAX_TEXT);
}
