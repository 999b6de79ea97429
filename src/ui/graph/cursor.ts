import { signal } from "@preact/signals";

/** The time under the pointer, in seconds, on all graphs of the page; null where it is on none. */
export const cursorTime = signal<number | null>(null);

/** By which uPlot moves the cross-hairs of all graphs together. */
export const CURSOR_GROUP = "page";
