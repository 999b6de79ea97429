import { UNITS, type Unit } from "./units.ts";

/** What a graph is besides its mode, as an address says it after the mode. */
export interface GraphOptions {
  isLog: boolean;
  unit: Unit;
  /** `gap`: nothing is drawn where nothing is known; `join`: a line leads over it; `zero`. */
  nulls: "gap" | "join" | "zero";
  /** Numbers of targets, from 1, whose values are on the axis to the right. */
  right: readonly number[];
  /** Lines at values that are worth a look, and worse. */
  warn: number | null;
  crit: number | null;
  /** Ends of the axis that do not follow the data. */
  min: number | null;
  max: number | null;
  /** Tags of the events that are marked, `` for all; null for none. */
  events: string | null;
}

export const NO_OPTIONS: GraphOptions = {
  isLog: false,
  unit: "si",
  nulls: "gap",
  right: [],
  warn: null,
  crit: null,
  min: null,
  max: null,
  events: null,
};

/** Reads options of an address; what is none is passed over. */
export function parseOptions(texts: readonly string[]): GraphOptions {
  const options = { ...NO_OPTIONS };
  for (const text of texts) {
    const at = text.indexOf("=");
    const name = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? "" : text.slice(at + 1);
    if (name === "log") options.isLog = true;
    else if (name === "unit") options.unit = UNITS.find((unit) => unit === value) ?? "si";
    else if (name === "nulls" && (value === "join" || value === "zero")) options.nulls = value;
    else if (name === "right") options.right = value.split("+").map(Number).filter(isCount);
    else if (name === "events") options.events = value;
    else if (name === "warn" || name === "crit" || name === "min" || name === "max") {
      options[name] = value !== "" && Number.isFinite(Number(value)) ? Number(value) : null;
    }
  }
  return options;
}

/** Options as an address writes them: only what is not as usual. */
export function formatOptions(options: GraphOptions): string[] {
  const texts: string[] = [];
  if (options.isLog) texts.push("log");
  if (options.unit !== "si") texts.push(`unit=${options.unit}`);
  if (options.nulls !== "gap") texts.push(`nulls=${options.nulls}`);
  if (options.right.length > 0) texts.push(`right=${options.right.join("+")}`);
  for (const name of ["warn", "crit", "min", "max"] as const) {
    if (options[name] !== null) texts.push(`${name}=${options[name]}`);
  }
  if (options.events !== null) {
    texts.push(options.events === "" ? "events" : `events=${options.events}`);
  }
  return texts;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
