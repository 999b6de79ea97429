import { signal } from "@preact/signals";
import { address, navigate } from "../state/page.ts";
import type { GraphAddress } from "../state/page-address.ts";
import { say } from "../state/toasts.ts";

/** Which of the graphs takes what is added, from 0. */
export const currentCard = signal(0);

/** More series at once make a graph that nobody reads, and a slow page. */
export const MAX_ADDED = 50;

/** Adds targets to a graph (the current one by default); where there is none, to a new one. */
export function addToCard(targets: readonly string[], card = currentCard.peek()): void {
  const { graphs } = address.peek();
  const known = graphs[card] ?? graphs.at(-1);
  if (known === undefined) {
    addNewCard(targets);
    return;
  }
  const added = targets.filter((target) => !known.targets.includes(target));
  if (added.length === 0) {
    say("The graph has it already.");
    return;
  }
  const at = graphs.indexOf(known);
  change(at, { ...known, targets: [...known.targets, ...added] });
}

export function addNewCard(targets: readonly string[]): void {
  const { graphs } = address.peek();
  navigate({ graphs: [...graphs, { mode: "line", options: [], targets: [...targets] }] });
  currentCard.value = graphs.length;
}

/** A graph of its own for each. */
export function addCards(targets: readonly string[]): void {
  const { graphs } = address.peek();
  const added = targets.map((target) => ({
    mode: "line" as const,
    options: [],
    targets: [target],
  }));
  navigate({ graphs: [...graphs, ...added] });
  currentCard.value = graphs.length + added.length - 1;
}

export function change(card: number, graph: GraphAddress): void {
  navigate({ graphs: address.peek().graphs.map((one, i) => (i === card ? graph : one)) });
}

export function remove(card: number): void {
  const graphs = address.peek().graphs.filter((_, i) => i !== card);
  navigate({ graphs });
  currentCard.value = Math.max(0, Math.min(currentCard.peek(), graphs.length - 1));
}

/** What a drag from the lists to a graph carries. */
export const DRAG_TYPE = "application/x-statite-targets";
