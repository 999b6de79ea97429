import { type Fields, textOf } from "../model/untrusted.ts";

/** Grafana's letters of units, as Graphite writes them. */
const UNITS: Readonly<Record<string, string>> = {
  s: "s",
  m: "min",
  h: "h",
  d: "d",
  w: "w",
  M: "mon",
  y: "y",
};

/** A range of Grafana (`now-6h`, `now/d`, dates, milliseconds) as /render takes it. */
export function grafanaRange(time: Fields, notes: string[]): [from: string, until: string] {
  const from = grafanaTime(time.from, "from");
  const until = grafanaTime(time.to, "until");
  if (from === null || until === null) {
    if (time.from !== undefined || time.to !== undefined) {
      const written = `${textOf(time.from)} to ${textOf(time.to)}`;
      notes.push(`The range “${written}” is not understood here: it is the last 6 hours now.`);
    }
    return ["-6h", "now"];
  }
  return [from, until];
}

/** Null for what cannot be said here. */
export function grafanaTime(value: unknown, end: "from" | "until"): string | null {
  if (typeof value === "number") return String(Math.floor(value / 1000));
  const text = textOf(value).trim();
  if (text === "now") return "now";
  if (text === "now/d") return end === "from" ? "midnight" : "midnight tomorrow";
  const [, number, unit = "", rounding] = /^now-(\d+)([smhdwMy])(\/[smhdwMy])?$/.exec(text) ?? [];
  if (number !== undefined) {
    if (rounding === "/d" && unit === "d") {
      return `midnight -${Number(number) - (end === "from" ? 0 : 1)}d`;
    }
    return `-${number}${UNITS[unit]}`;
  }
  if (/^\d{12,}$/.test(text)) return String(Math.floor(Number(text) / 1000));
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(date) ? null : String(Math.floor(date / 1000));
}

/** `5m` as Graphite writes it, `5min`; null for what is no interval. */
export function graphiteInterval(text: string): string | null {
  const [, number, unit = ""] = /^(\d+)([smhdwMy])$/.exec(text) ?? [];
  return number === undefined ? null : `${number}${UNITS[unit]}`;
}
