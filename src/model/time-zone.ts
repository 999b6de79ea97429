/** A time as a calendar and a clock on the wall show it. */
export interface CivilTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The proper spelling of an IANA zone, or null when there is none of that name. */
export function knownTimeZone(name: string): string | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** What the clocks of a zone show at an instant (seconds). */
export function civilTimeAt(time: number, timeZone: string): CivilTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(time * 1000)) {
    parts[type] = Number(value);
  }
  return {
    year: parts.year!,
    month: parts.month!,
    day: parts.day!,
    hour: parts.hour! % 24,
    minute: parts.minute!,
  };
}

/**
 * The instant (seconds) at which a zone's clocks show a time. A time that is skipped, or shown
 * twice, is read by the standard offset: the later instant.
 */
export function timeAtCivil(civil: CivilTime, timeZone: string): number {
  const local = Date.UTC(civil.year, civil.month - 1, civil.day, civil.hour, civil.minute) / 1000;
  const before = local - offsetAt(local - 86_400, timeZone);
  const after = local - offsetAt(local + 86_400, timeZone);
  const fits = [before, after].filter((time) => time + offsetAt(time, timeZone) === local);
  return fits.length > 0 ? Math.max(...fits) : Math.max(before, after);
}

/** Seconds that a zone's clocks are ahead of UTC. */
export function offsetAt(time: number, timeZone: string): number {
  const { year, month, day, hour, minute } = civilTimeAt(time, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 - Math.floor(time / 60) * 60;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}
