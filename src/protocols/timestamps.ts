/** Times from here on are taken for milliseconds: in seconds this is the year 5138. */
const MILLISECONDS = 1e11;

/**
 * Carbon's timestamp rule: fractions are cut, -1 (also -1.5) is the present.
 *
 * @returns seconds, or the reason for which the datapoint is refused
 */
export function carbonTime(time: number, now: number): number | string {
  if (!Number.isFinite(time)) return "timestamp-not-finite";
  const seconds = Math.trunc(time);
  if (seconds === -1) return now;
  if (seconds >= MILLISECONDS) return "timestamp-in-milliseconds";
  if (seconds <= 0) return "timestamp-out-of-range";
  return seconds;
}
