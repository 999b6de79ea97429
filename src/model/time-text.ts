const UNITS: readonly [letter: string, seconds: number][] = [
  ["y", 31_536_000],
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
];

/** Milliseconds that a Date can hold at most, to either side of the epoch. */
const MAX_DATE_MS = 8.64e15;

/** An instant (seconds) as ISO 8601 in UTC; one that no calendar has stays a number. */
export function isoTime(seconds: number): string {
  const ms = seconds * 1000;
  if (!(Math.abs(ms) <= MAX_DATE_MS)) return String(seconds);
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** A length of time (seconds) as retentions write it: `10s`, `1y9d`. */
export function spanText(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds <= 0) return `${seconds}s`;
  let rest = seconds;
  let text = "";
  for (const [letter, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${letter}`;
    rest -= count * size;
  }
  return text;
}
