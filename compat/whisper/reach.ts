import type { WhisperArchive } from "./format.ts";

/** Seconds by which a file may be ahead of the clock, and its points are taken all the same. */
const AHEAD_SECONDS = 3600;

/** Seconds of the points that an archive shows at `now`, [from, until). */
export function reachOf({ step, points }: WhisperArchive, now: number): [number, number] {
  const newest = Math.floor(now / step);
  const ahead = Math.min(points, Math.floor(AHEAD_SECONDS / step));
  return [(newest - points + 1) * step, (newest + 1 + ahead) * step];
}
