import { COLUMNS, type Graph, MAX_HEIGHT, MIN_HEIGHT, MIN_WIDTH, type Place } from "./dashboard.ts";

/** A place inside the grid, as near to the wanted one as can be; whole cells. */
export function fitPlace({ x, y, width, height }: Place): Place {
  const fittingWidth = clamp(width, MIN_WIDTH, COLUMNS);
  return {
    x: clamp(x, 0, COLUMNS - fittingWidth),
    y: clamp(y, 0, 100_000),
    width: fittingWidth,
    height: clamp(height, MIN_HEIGHT, MAX_HEIGHT),
  };
}

/**
 * The graphs with one of them at another place: those it meets move down, and all of them up again
 * until there is something in the way. No two overlap afterwards; the list keeps its order.
 */
export function moveGraph(graphs: readonly Graph[], id: string, place: Place): Graph[] {
  const moved = graphs.map((graph) =>
    graph.id === id ? { ...graph, place: fitPlace(place) } : graph,
  );
  return settle(moved, id);
}

/** With one more graph of its own size, at the first place that is free from the top. */
export function placeGraph(graphs: readonly Graph[], graph: Graph): Graph[] {
  const { width, height } = fitPlace(graph.place);
  const end = bottomOf(graphs);
  for (let y = 0; y <= end; y++) {
    for (let x = 0; x + width <= COLUMNS; x++) {
      const place = { x, y, width, height };
      if (!graphs.some((other) => overlap(other.place, place))) {
        return settle([...graphs, { ...graph, place }], null);
      }
    }
  }
  return settle([...graphs, { ...graph, place: { x: 0, y: end, width, height } }], null);
}

/**
 * Gives every graph a place of its own, right below what is above it. The graph `first` pushes down
 * what it meets; without one the upper left ones push.
 */
export function settle(graphs: readonly Graph[], first: string | null): Graph[] {
  const fixed = graphs.map((graph) => ({ ...graph, place: fitPlace(graph.place) }));
  const pushing = fixed.find(({ id }) => id === first);
  const others = inReadingOrder(fixed.filter((graph) => graph !== pushing));
  const isAbove = ({ place }: Graph): boolean =>
    pushing === undefined || (place.y < pushing.place.y && !overlap(place, pushing.place));
  const order = [
    ...others.filter(isAbove),
    ...(pushing === undefined ? [] : [pushing]),
    ...others.filter((graph) => !isAbove(graph)),
  ];
  const settled: Place[] = [];
  for (const graph of order) settled.push(raise(graph, settled));
  return fixed;
}

/** Places in the order in which they are read, row by row. */
export function inReadingOrder(graphs: readonly Graph[]): Graph[] {
  return [...graphs].sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);
}

/** Rows that a list of graphs takes. */
export function bottomOf(graphs: readonly Graph[]): number {
  return graphs.reduce((end, { place }) => Math.max(end, place.y + place.height), 0);
}

export function overlap(a: Place, b: Place): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Puts a graph right below what shares a column with it; returns its place. */
function raise({ place }: Graph, others: readonly Place[]): Place {
  place.y = others
    .filter(({ x, width }) => x < place.x + place.width && place.x < x + width)
    .reduce((end, { y, height }) => Math.max(end, y + height), 0);
  return place;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.round(value)));
}
