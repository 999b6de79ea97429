/** The number that a saved dashboard carries; one with a higher number is refused. */
export const DASHBOARD_FORMAT = 1;

/** Of the grid; a cell is a twelfth of its width. */
export const COLUMNS = 12;
export const MIN_WIDTH = 2;
export const MIN_HEIGHT = 3;
export const MAX_HEIGHT = 40;

/** More are not read: a page with more of them shows nobody anything. */
export const MAX_GRAPHS = 200;
export const MAX_TARGETS = 100;
export const MAX_VARIABLES = 20;

/** How a graph draws its series; `deviation` is the average with a band of the standard deviation. */
export const MODES = ["line", "area", "stacked", "points", "band", "deviation"] as const;
export type Mode = (typeof MODES)[number];

/** What the values of a graph are; `short` is a plain number with SI prefixes. */
export const UNITS = ["short", "none", "bytes", "bits", "seconds", "percent", "ratio"] as const;
export type Unit = (typeof UNITS)[number];

export const NULLS = ["gap", "connect", "zero"] as const;
/** What is drawn where a series has no value. */
export type Nulls = (typeof NULLS)[number];

/** A place in the grid, in cells; rows count from the top and have no end. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const LEVELS = ["good", "warning", "critical"] as const;

/** A line across a graph: at and above it a value is of that level. */
export interface Threshold {
  value: number;
  level: (typeof LEVELS)[number];
}

export interface Graph {
  /** Unlike all others of its dashboard; letters and digits. */
  id: string;
  title: string;
  place: Place;
  mode: Mode;
  /** Render targets; variables of the dashboard are not filled in yet. */
  targets: string[];
  /** A range of its own, as /render takes it; empty for that of the dashboard. */
  from: string;
  until: string;
  unit: Unit;
  /** Ends of the axis; null for what the values need. */
  min: number | null;
  max: number | null;
  isLogarithmic: boolean;
  nulls: Nulls;
  thresholds: Threshold[];
}

/**
 * Where the values of a variable come from: `find` are last nodes of the paths that a glob finds,
 * `tag` the values of a tag (`TAG` or `TAG EXPRESSION EXPRESSION…`), `list` is written down (values
 * between commas), `text` is whatever people type.
 */
export const VARIABLE_KINDS = ["find", "tag", "list", "text"] as const;

export interface Variable {
  /** What `$name` in targets means; letters, digits and `_`. */
  name: string;
  label: string;
  kind: (typeof VARIABLE_KINDS)[number];
  query: string;
  /** Only values in which this regular expression is found; its first group, if it has any, is the value. */
  pattern: string;
  /** Several may be chosen at once. */
  isMulti: boolean;
  /** Chosen when the address names none; empty for the first of all. */
  chosen: string[];
}

export interface Dashboard {
  title: string;
  /** As /render takes them. */
  from: string;
  until: string;
  /** Name of a time zone; empty for that of the reader. */
  tz: string;
  /** 0 for never. */
  refreshSeconds: number;
  variables: Variable[];
  graphs: Graph[];
}

export function emptyDashboard(title: string): Dashboard {
  return {
    title,
    from: "-3h",
    until: "now",
    tz: "",
    refreshSeconds: 60,
    variables: [],
    graphs: [],
  };
}

/** A graph without a place; `placeGraph` finds one. */
export function newGraph(id: string, targets: readonly string[] = []): Graph {
  return {
    id,
    title: "",
    place: { x: 0, y: 0, width: 6, height: 7 },
    mode: "line",
    targets: [...targets],
    from: "",
    until: "",
    unit: "short",
    min: null,
    max: null,
    isLogarithmic: false,
    nulls: "gap",
    thresholds: [],
  };
}

/** The first of `g1`, `g2`… that no graph has. */
export function freeId(graphs: readonly Pick<Graph, "id">[]): string {
  const taken = new Set(graphs.map(({ id }) => id));
  for (let number = graphs.length + 1; ; number++) {
    if (!taken.has(`g${number}`)) return `g${number}`;
  }
}

/**
 * The name that a dashboard of this title is saved under: what keys of istatd's settings cannot hold
 * becomes `_`.
 */
export function nameOfTitle(title: string): string {
  const name = title
    .trim()
    .replace(/[\s\b\\/:;*?"'%()[\]{}~$^#=+-]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return name.slice(0, 100) || "dashboard";
}
