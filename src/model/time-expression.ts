import { GraphiteError } from "./errors.ts";
import { parseInterval } from "./interval.ts";
import { type CivilTime, civilTimeAt, timeAtCivil } from "./time-zone.ts";

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "sun mon tue wed thu fri sat".split(" ");

/** The years 1 to 9999: what Python's dates can say. */
const FIRST_TIME = -62_135_596_800;
const LAST_TIME = 253_402_300_799;

/**
 * Graphite's at-style times (`-1h`, `noon yesterday`, `20231101`, `now-2d`, epoch seconds).
 *
 * @returns seconds since the epoch
 * @throws GraphiteError ERR_TIME
 */
export function parseTimeExpression(text: string, now: number, timeZone: string): number {
  const time = timeOf(text, now, timeZone);
  if (time >= FIRST_TIME && time <= LAST_TIME) return time;
  const shown = JSON.stringify(text.slice(0, 40));
  throw new GraphiteError("ERR_TIME", `the time ${shown} is not in the years 1 to 9999`);
}

function timeOf(text: string, now: number, timeZone: string): number {
  const compact = text.toLowerCase().replace(/[_,\s]/g, "");
  if (/^\d+$/.test(compact)) return digitsTime(compact, timeZone);
  const plus = compact.indexOf("+");
  const at = plus >= 0 ? plus : compact.indexOf("-");
  const reference = at < 0 ? compact : compact.slice(0, at);
  const offset = at < 0 ? "" : compact.slice(at);
  const base = referenceTime(reference, text, now, timeZone);
  // A bare sign is no offset at all.
  return offset.length <= 1 ? base : base + parseInterval(offset);
}

/**
 * The range of a request: a missing `from` is a day before now, a missing `until` is now. Reversed
 * ends are swapped.
 *
 * @throws GraphiteError ERR_TIME also for an empty range
 */
export function resolveRange(
  from: string | undefined,
  until: string | undefined,
  now: number,
  timeZone: string,
): { from: number; until: number } {
  const isAbsent = (text: string | undefined): boolean =>
    text === undefined || text.trim() === "" || text === "undefined";
  const start = isAbsent(from) ? now - 86_400 : parseTimeExpression(from!, now, timeZone);
  const end = isAbsent(until) ? now : parseTimeExpression(until!, now, timeZone);
  if (start === end) throw new GraphiteError("ERR_TIME", "Invalid empty time range");
  return start < end ? { from: start, until: end } : { from: end, until: start };
}

/** Eight digits that make a date are one; all else is epoch seconds. */
function digitsTime(digits: string, timeZone: string): number {
  if (digits.length === 8) {
    const year = Number(digits.slice(0, 4));
    const month = Number(digits.slice(4, 6));
    const day = Number(digits.slice(6));
    if (year > 1900 && month < 13 && day < 32) {
      return timeAtCivil(checkedDate({ year, month, day, hour: 0, minute: 0 }, digits), timeZone);
    }
  }
  return Number(digits);
}

function referenceTime(reference: string, text: string, now: number, timeZone: string): number {
  if (reference === "" || reference === "now") return now;
  const clock = timeOfDay(reference);
  const day = dayOf(clock.rest, text, now, timeZone);
  return timeAtCivil({ ...day, hour: clock.hour, minute: clock.minute }, timeZone);
}

/** The time of day that a reference begins with; midnight when it has none. */
function timeOfDay(reference: string): { hour: number; minute: number; rest: string } {
  const named = /^(noon|midnight|teatime)(.*)$/.exec(reference);
  if (named !== null) {
    const hour = named[1] === "noon" ? 12 : named[1] === "teatime" ? 16 : 0;
    return { hour, minute: 0, rest: named[2]! };
  }
  const colon = /^(\d{1,2}):(\d{1,2})(am|pm)?(.*)$/.exec(reference);
  if (colon !== null) {
    const [, hours, minutes, half, rest] = colon;
    return checkedClock(Number(hours), Number(minutes), half, rest!);
  }
  const bare = /^(\d{1,2})(am|pm)(.*)$/.exec(reference);
  if (bare !== null) return checkedClock(Number(bare[1]), 0, bare[2], bare[3]!);
  return { hour: 0, minute: 0, rest: reference };
}

/** pm adds twelve hours modulo a day and am nothing: so 12am is noon, as it always was in Graphite. */
function checkedClock(
  hours: number,
  minute: number,
  half: string | undefined,
  rest: string,
): { hour: number; minute: number; rest: string } {
  const hour = half === "pm" ? (hours + 12) % 24 : hours;
  if (hour > 23 || minute > 59) {
    throw new GraphiteError("ERR_TIME", `${hours}:${minute} is no time of day`);
  }
  return { hour, minute, rest };
}

function dayOf(rest: string, text: string, now: number, timeZone: string): CivilTime {
  const today = civilTimeAt(now, timeZone);
  if (rest === "" || rest === "today") return today;
  if (rest === "yesterday") return shiftDays(today, -1);
  if (rest === "tomorrow") return shiftDays(today, 1);
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{2,4})$/.exec(rest);
  if (slashed !== null) {
    let year = Number(slashed[3]);
    if (year < 1900) year += 1900;
    if (year < 1970) year += 100;
    return checkedDate(civil(year, Number(slashed[1]), Number(slashed[2])), text);
  }
  if (/^\d{8}$/.test(rest)) {
    const [year, month, day] = [rest.slice(0, 4), rest.slice(4, 6), rest.slice(6)].map(Number);
    return checkedDate(civil(year!, month!, day!), text);
  }
  const month = MONTHS.indexOf(rest.slice(0, 3));
  if (month >= 0) {
    const day = /^[a-z]+(\d{1,2})$/.exec(rest);
    if (day === null) throw unknownDay(text);
    return checkedDate(civil(today.year, month + 1, Number(day[1])), text);
  }
  const weekday = WEEKDAYS.indexOf(rest.slice(0, 3));
  if (weekday >= 0 && /^[a-z]+$/.test(rest)) {
    const present = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
    return shiftDays(today, -((present - weekday + 7) % 7));
  }
  throw unknownDay(text);
}

function civil(year: number, month: number, day: number): CivilTime {
  return { year, month, day, hour: 0, minute: 0 };
}

function checkedDate(date: CivilTime, text: string): CivilTime {
  const check = new Date(Date.UTC(date.year, date.month - 1, date.day));
  if (check.getUTCMonth() + 1 !== date.month || check.getUTCDate() !== date.day) {
    throw new GraphiteError("ERR_TIME", `${JSON.stringify(text)} is no date`);
  }
  return date;
}

function shiftDays(date: CivilTime, days: number): CivilTime {
  const shifted = new Date(Date.UTC(date.year, date.month - 1, date.day + days));
  return civil(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, shifted.getUTCDate());
}

function unknownDay(text: string): GraphiteError {
  return new GraphiteError("ERR_TIME", `Unknown day reference: ${text}`);
}
