import { GraphiteError } from "./errors.ts";

const UNITS: readonly [prefix: string, seconds: number][] = [
  ["s", 1],
  ["min", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
  ["mon", 2_592_000],
  ["y", 31_536_000],
];

/** No time span is longer, whatever it is made of: 10,000 years. */
export const MAX_INTERVAL_SECONDS = 3.2e11;

/**
 * Graphite's time offsets: a sign and `<digits><unit>` repeated, added up; units by their first
 * letters (`m` alone says nothing). Elapsed time, not calendar time.
 *
 * @returns seconds, negative for a minus sign
 * @throws GraphiteError ERR_TIME
 */
export function parseInterval(text: string): number {
  const match = /^\s*([+-]?)((?:\d+[a-z]+)+)\s*$/i.exec(text);
  if (match === null) {
    throw new GraphiteError(
      "ERR_TIME",
      `${JSON.stringify(text)} is no time span such as 5min or 1d`,
    );
  }
  let seconds = 0;
  for (const [, digits, letters] of match[2]!.matchAll(/(\d+)([a-z]+)/gi)) {
    const unit = UNITS.find(([prefix]) => letters!.toLowerCase().startsWith(prefix));
    if (unit === undefined) {
      const message = `${JSON.stringify(letters)} is no unit of time: s, min, h, d, w, mon or y`;
      throw new GraphiteError("ERR_TIME", message);
    }
    seconds += Number(digits) * unit[1];
  }
  if (seconds > MAX_INTERVAL_SECONDS) {
    const message = `${text.slice(0, 100)} is too long a time span: times are in the years 1 to 9999`;
    throw new GraphiteError("ERR_TIME", message);
  }
  return match[1] === "-" ? -seconds : seconds;
}
