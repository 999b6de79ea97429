import {
  COLUMNS,
  type Dashboard,
  emptyDashboard,
  freeId,
  type Graph,
  MAX_GRAPHS,
  MAX_TARGETS,
  newGraph,
} from "../model/dashboard.ts";
import { settle } from "../model/grid.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../model/untrusted.ts";
import { grafanaLooks } from "./grafana-looks.ts";
import { grafanaTargets } from "./grafana-targets.ts";
import { grafanaRange } from "./grafana-time.ts";
import { grafanaVariables } from "./grafana-variables.ts";
import type { Imported } from "./imported.ts";

/** Grafana's grid has twice as many columns; its rows are 30 pixels high, ours 40. */
const WIDTHS = 24 / COLUMNS;
const ROW = 30 / 40;
/** Panels that are graphs. `singlestat`, `stat` and the like have one number, and are left out. */
const GRAPHS = new Set(["timeseries", "graph", "trend"]);

/** Whether a value is a dashboard of Grafana: as it exports them, or in the envelope of its API. */
export function isGrafana(value: unknown): boolean {
  const { dashboard, panels, rows, schemaVersion, elements, spec } = fieldsOf(value);
  if (dashboard !== undefined) return isGrafana(dashboard);
  if (elements !== undefined || fieldsOf(spec).elements !== undefined) return true;
  return Array.isArray(panels) || (Array.isArray(rows) && schemaVersion !== undefined);
}

/**
 * A dashboard of Grafana as far as its panels are graphs of Graphite.
 *
 * @throws Error with a sentence for people for a schema that is not understood
 */
export function importGrafana(value: unknown): Imported {
  const envelope = fieldsOf(value);
  const grafana = envelope.dashboard === undefined ? envelope : fieldsOf(envelope.dashboard);
  if (grafana.elements !== undefined || fieldsOf(grafana.spec).elements !== undefined) {
    throw new Error(
      "this is a dashboard of Grafana's schema v2: export it as Classic (the older model), and import that",
    );
  }
  const notes: string[] = [];
  const [from, until] = grafanaRange(fieldsOf(grafana.time), notes);
  const dashboard: Dashboard = {
    ...emptyDashboard(textOf(grafana.title, "Grafana") || "Grafana"),
    from,
    until,
    tz: zoneOf(grafana.timezone),
    refreshSeconds: secondsOf(textOf(grafana.refresh)),
    variables: grafanaVariables(listOf(fieldsOf(grafana.templating).list), notes),
  };
  const imported = { dashboard, notes };
  for (const { panel, place } of panelsOf(grafana)) addPanel(imported, fieldsOf(panel), place);
  dashboard.graphs = settle(dashboard.graphs, null);
  const others = listOf(fieldsOf(grafana.annotations).list).filter(
    (annotation) => fieldsOf(annotation).builtIn !== 1,
  );
  if (others.length > 0) notes.push(`Annotations (${others.length}) are left out.`);
  const links = listOf(grafana.links).length;
  if (links > 0) notes.push(`Links of the dashboard (${links}) are left out.`);
  return imported;
}

interface PlacedPanel {
  panel: unknown;
  place: Graph["place"];
}

/** Panels with their places in our grid, those of closed rows too. */
function panelsOf(grafana: Fields): PlacedPanel[] {
  const found: PlacedPanel[] = [];
  /** What has been opened above is pushed down by the panels of closed rows. */
  let shift = 0;
  const add = (panel: unknown): void => {
    const { gridPos, type, panels } = fieldsOf(panel);
    const { x, y, w, h } = fieldsOf(gridPos);
    if (type === "row") {
      const closed = listOf(panels);
      const before = found.length;
      for (const inner of closed) add(inner);
      if (closed.length > 0) {
        const added = found.slice(before);
        const top = Math.min(...added.map(({ place }) => place.y));
        shift += Math.max(...added.map(({ place }) => place.y + place.height)) - top;
      }
      return;
    }
    const place = {
      x: (numberOf(x) ?? 0) / WIDTHS,
      y: (numberOf(y) ?? 0) * ROW + shift,
      width: Math.ceil((numberOf(w) ?? 12) / WIDTHS),
      height: Math.round((numberOf(h) ?? 8) * ROW) + 1,
    };
    found.push({ panel, place });
  };
  for (const panel of listOf(grafana.panels)) add(panel);
  if (Array.isArray(grafana.rows)) found.push(...panelsOfRows(grafana.rows));
  return found;
}

/** Old dashboards have rows of panels, each so many twelfths wide. */
function panelsOfRows(rows: readonly unknown[]): PlacedPanel[] {
  const found: PlacedPanel[] = [];
  let y = 0;
  for (const row of rows) {
    const { panels, height } = fieldsOf(row);
    const pixels = numberOf(textOf(height).replace("px", "")) ?? numberOf(height) ?? 250;
    const rowHeight = Math.round((pixels + 40) / 40);
    let x = 0;
    for (const panel of listOf(panels)) {
      const width = numberOf(fieldsOf(panel).span) ?? 6;
      if (x + width > COLUMNS) {
        x = 0;
        y += rowHeight;
      }
      found.push({ panel, place: { x, y, width, height: rowHeight } });
      x += width;
    }
    y += rowHeight;
  }
  return found;
}

function addPanel({ dashboard, notes }: Imported, panel: Fields, place: Graph["place"]): void {
  const type = textOf(panel.type, "panel");
  const title = textOf(panel.title) || "without a title";
  if (!GRAPHS.has(type)) {
    notes.push(`“${title}” is left out: it is no graph, but ${type}.`);
    return;
  }
  const targets = grafanaTargets(panel, title, notes);
  if (targets.length === 0) {
    notes.push(`“${title}” is left out: it has no query of Graphite.`);
    return;
  }
  if (dashboard.graphs.length >= MAX_GRAPHS) {
    notes.push(`“${title}” is left out: it has more than ${MAX_GRAPHS} graphs.`);
    return;
  }
  if (textOf(panel.repeat) !== "")
    notes.push(`“${title}” is repeated there for each value of a variable, and shown once here.`);
  dashboard.graphs.push({
    ...newGraph(freeId(dashboard.graphs), targets.slice(0, MAX_TARGETS)),
    title: textOf(panel.title),
    place,
    ...grafanaLooks(panel, title, notes),
  });
}

function zoneOf(zone: unknown): string {
  const text = textOf(zone);
  if (text === "utc") return "UTC";
  return text === "browser" ? "" : text;
}

function secondsOf(text: string): number {
  const [, number = "", unit = ""] = /^(\d+)(s|m|h|d)$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit];
  return seconds === undefined ? 0 : Math.max(5, Number(number) * seconds);
}
