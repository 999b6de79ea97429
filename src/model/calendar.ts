import { type CivilTime, civilTimeAt, offsetAt, timeAtCivil } from "./time-zone.ts";

export type CalendarUnit = "years" | "months" | "weeks" | "days" | "hours" | "minutes" | "seconds";

/**
 * The beginning of the calendar unit that an instant (seconds) lies in, as a zone's clocks show it.
 *
 * @param weekday the day that a week begins with: 1 is Monday, 7 Sunday
 */
export function startOfUnit(
  time: number,
  unit: CalendarUnit,
  timeZone: string,
  weekday = 1,
): number {
  switch (unit) {
    case "seconds":
      return Math.floor(time);
    case "minutes":
      return startOfSpan(time, 60, timeZone);
    case "hours":
      return startOfSpan(time, 3600, timeZone);
    default:
      return startOfDay(firstDayOf(civilTimeAt(time, timeZone), unit, weekday), timeZone);
  }
}

/** Clocks that are set back show an hour twice, so hours are counted and not read. */
function startOfSpan(time: number, seconds: number, timeZone: string): number {
  const offset = offsetAt(time, timeZone);
  return Math.floor((time + offset) / seconds) * seconds - offset;
}

function startOfDay({ year, month, day }: CivilTime, timeZone: string): number {
  return timeAtCivil({ year, month, day, hour: 0, minute: 0 }, timeZone);
}

function firstDayOf(civil: CivilTime, unit: CalendarUnit, weekday: number): CivilTime {
  if (unit === "years") return { ...civil, month: 1, day: 1 };
  if (unit === "months") return { ...civil, day: 1 };
  if (unit === "days") return civil;
  const date = new Date(Date.UTC(civil.year, civil.month - 1, civil.day));
  const daysBack = (date.getUTCDay() - weekday + 7) % 7;
  date.setUTCDate(date.getUTCDate() - daysBack);
  return {
    ...civil,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
  };
}
