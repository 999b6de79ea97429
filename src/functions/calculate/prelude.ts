import type { TimeSeries } from "../../model/time-series.ts";
import type { Window } from "../define.ts";

/** A window that begins earlier, for functions that need to know what was before the graph. */
export function earlier(window: Window, seconds: number): Window {
  return { from: window.from - seconds, until: window.until };
}

/**
 * Where the graph begins in a series that was fetched from `seconds` earlier on. Storage that does
 * not reach back so far gives a series that begins late; what is missing is missing in the prelude.
 */
export function preludeOf(
  series: TimeSeries,
  window: Window,
  seconds: number,
): { skipped: number; start: number } {
  const from = window.from - seconds;
  const late = Math.max(0, Math.floor((series.start - from - 1) / series.step));
  const points = Math.floor(seconds / series.step);
  const skipped = Math.max(0, points - late);
  return { skipped, start: series.start + skipped * series.step + (seconds % series.step) };
}
