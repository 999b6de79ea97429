import { signal } from "@preact/signals";
import { addCards, addNewCard, addToCard, DRAG_TYPE } from "./cards.ts";

/** Paths that are chosen together, in the order in which that happened. */
export const selection = signal<ReadonlySet<string>>(new Set());

export function toggle(path: string): void {
  const next = new Set(selection.peek());
  if (!next.delete(path)) next.add(path);
  selection.value = next;
}

export function clearSelection(): void {
  if (selection.peek().size > 0) selection.value = new Set();
}

/** What is chosen goes into the current graph, into a new one, or into one each. */
export function addSelection(where: "current" | "new" | "each"): void {
  const targets = [...selection.peek()];
  if (targets.length === 0) return;
  if (where === "current") addToCard(targets);
  else if (where === "new") addNewCard(targets);
  else addCards(targets);
  clearSelection();
}

/** A row that is dragged takes the others that are chosen with it. */
export function startDrag(event: DragEvent, path: string): void {
  const chosen = selection.peek();
  const targets = chosen.has(path) ? [...chosen] : [path];
  event.dataTransfer?.setData(DRAG_TYPE, JSON.stringify(targets));
  event.dataTransfer?.setData("text/plain", targets.join("\n"));
}

/** A click or Enter on a path: with Ctrl a new graph, with Shift it is chosen, else the current graph. */
export function pick(path: string, event: MouseEvent | KeyboardEvent): void {
  if (event.shiftKey) toggle(path);
  else if (event.ctrlKey || event.metaKey) addNewCard([path]);
  else addToCard([path]);
}
