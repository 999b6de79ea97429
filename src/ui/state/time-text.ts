import { civilTimeAt, timeAtCivil } from "../../model/time-zone.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** A time (seconds) as people write it in a zone: `2026-03-01 14:05`, with seconds where there are some. */
export function timeText(time: number, zone: string): string {
  const parts = partsOf(time, zone);
  const seconds = parts.second === "00" ? "" : `:${parts.second}`;
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}${seconds}`;
}

/**
 * The time that such a text means, in seconds; null where it is none. A date alone is its midnight.
 */
export function parseTimeText(text: string, zone: string): number | null {
  const match = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$/.exec(
    text,
  );
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const isClock = hour < 24 && minute < 60 && second < 60;
  if (!isClock || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null;
  return timeAtCivil({ year, month, day, hour, minute }, zone) + second;
}

/** A length of time as people say it: `10 s`, `5 min`, `1.5 h`, `7 d`. */
export function spanText(seconds: number): string {
  const units: [string, number][] = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
  ];
  for (const [unit, size] of units) {
    if (seconds >= size) return `${Number((seconds / size).toFixed(1))} ${unit}`;
  }
  return `${Number(seconds.toFixed(1))} s`;
}

/** A range as it is written in an address, for people. */
export function rangeText(from: string, until: string, zone: string): string {
  const back = /^-(\d+)(s|min|h|d|w|mon|y)$/.exec(from);
  if (back !== null && (until === "now" || until === "")) {
    return `last ${lengthText(Number(back[1]), back[2]!)}`;
  }
  return `${endText(from, zone)} – ${endText(until, zone)}`;
}

/** The offset of a zone at a time as people write it: `UTC+01:00`. */
export function zoneOffset(time: number, zone: string): string {
  const { year, month, day, hour, minute } = civilTimeAt(time, zone);
  const there = Date.UTC(year, month - 1, day, hour, minute) / 60_000;
  const minutes = there - Math.floor(time / 60);
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function endText(end: string, zone: string): string {
  return /^\d{9,}$/.test(end) ? timeText(Number(end), zone) : end;
}

function lengthText(count: number, unit: string): string {
  const names: Record<string, string> = {
    s: "second",
    min: "minute",
    h: "hour",
    d: "day",
    w: "week",
    mon: "month",
    y: "year",
  };
  return count === 1 ? names[unit]! : `${count} ${names[unit]}s`;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function partsOf(time: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  const found: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(time * 1000)) found[type] = value;
  return found;
}
