import {
  type Dashboard,
  freeId,
  type Graph,
  MAX_GRAPHS,
  MAX_TARGETS,
  newGraph,
} from "../model/dashboard.ts";
import { placeGraph } from "../model/grid.ts";

/** A dashboard of another system, as far as it can be shown here. */
export interface Imported {
  dashboard: Dashboard;
  /** What was left out or means something else here, a sentence each, for whoever imports it. */
  notes: string[];
}

/** Adds a graph after all others, unless there are too many; for dashboards that only have an order. */
export function addGraph(
  imported: Imported,
  targets: readonly string[],
  rest: Partial<Omit<Graph, "id" | "targets">>,
): void {
  const { dashboard, notes } = imported;
  if (dashboard.graphs.length >= MAX_GRAPHS) {
    const note = `It has more than ${MAX_GRAPHS} graphs; the others are left out.`;
    if (!notes.includes(note)) notes.push(note);
    return;
  }
  const kept = targets.slice(0, MAX_TARGETS);
  if (kept.length < targets.length) {
    notes.push(`A graph has ${targets.length} series; the first ${MAX_TARGETS} are kept.`);
  }
  const graph = { ...newGraph(freeId(dashboard.graphs), kept), ...rest };
  dashboard.graphs = placeGraph(dashboard.graphs, graph);
}

/** A size in pixels as cells of the grid: 600 by 240 of istatd is half of its width. */
export function sizeOfPixels(width: number, height: number): { width: number; height: number } {
  return { width: Math.round(width / 100), height: Math.round((height + 40) / 40) };
}
