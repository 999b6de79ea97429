/**
 * Slots, windows and spans: all arithmetic of time on the grid, in one place.
 *
 * A slot is floor(t / step), absolute since the epoch, so that every step works, also one that
 * divides nothing (7 s, 7 min). A slot belongs to the window, or span, that contains its *start*.
 * Numbers are integers below 2^53 held as doubles.
 */

export function slotOf(time: number, step: number): number {
  return Math.floor(time / step);
}

/** Seconds that a head window covers: 10 minutes, but 2 for steps under 10 s. */
export const WINDOW_SECONDS = [600, 120] as const;
/** Number of a window class, an index into WINDOW_SECONDS. */
export type WindowClass = 0 | 1;

export function windowClassOf(step: number): WindowClass {
  return step < 10 ? 1 : 0;
}

/** A series with a longer step than its window lives in the stray log: one slot spans windows. */
export function isLongStep(step: number): boolean {
  return step > WINDOW_SECONDS[windowClassOf(step)];
}

/** First slot that starts in [start, ...). */
export function firstSlotFrom(start: number, step: number): number {
  return Math.ceil(start / step);
}

/** How many slots start in [start, start + seconds). */
export function slotsBetween(start: number, seconds: number, step: number): number {
  return Math.ceil((start + seconds) / step) - Math.ceil(start / step);
}
