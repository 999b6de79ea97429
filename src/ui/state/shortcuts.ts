import { signal } from "@preact/signals";

/** A key, or keys one after the other (`g e`), and what they do. */
export interface Shortcut {
  keys: string;
  what: string;
  run: () => void;
}

/** Those that work now, in the order in which help shows them. */
export const shortcuts = signal<readonly Shortcut[]>([]);

/** How long the first key of two waits for the second, milliseconds. */
const PATIENCE_MS = 1200;

/** Makes shortcuts work; returns what ends them. To be called in an effect of the screen whose they are. */
export function addShortcuts(added: readonly Shortcut[]): () => void {
  shortcuts.value = [...shortcuts.peek(), ...added];
  return () => {
    shortcuts.value = shortcuts.peek().filter((one) => !added.includes(one));
  };
}

let before = "";
let beforeMs = 0;

/** Runs the shortcut that a key completes, unless it is typed into something. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
  const second = performance.now() - beforeMs < PATIENCE_MS ? `${before} ${event.key}` : "";
  const known = shortcuts.peek();
  const found =
    known.findLast(({ keys }) => keys === second) ??
    known.findLast(({ keys }) => keys === event.key);
  before = found === undefined ? event.key : "";
  beforeMs = performance.now();
  if (found === undefined) return;
  event.preventDefault();
  found.run();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
