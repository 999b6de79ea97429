import { emptyDashboard, type Graph, type Mode } from "../model/dashboard.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../model/untrusted.ts";
import { addGraph, type Imported, sizeOfPixels } from "./imported.ts";

const AREA_MODES: Readonly<Record<string, Mode>> = {
  stacked: "stacked",
  all: "area",
  first: "area",
};
/** Parameters of a graph that say only how Graphite's picture looks. */
const LOOKS =
  /^(target|from|until|width|height|title|uniq|_uniq|_salt|bgcolor|fgcolor|fontSize|fontName|fontBold|fontItalic|margin|format|template|tz|lineMode|areaMode|areaAlpha|yMin|yMax|drawNullAsZero|logBase|yUnitSystem|hideLegend|hideAxes|hideGrid|hideYAxis|majorGridLineColor|minorGridLineColor|minorY|colorList|graphOnly|pickle|localOnly|noCache|lineWidth|vtitle|valueLabels|uniqueLegend|cacheTimeout|maxDataPoints|xFormat|yStep)$/;

/** Whether a value has the shape of what Graphite's dashboard saves. */
export function isGraphite(value: unknown): boolean {
  const { graphs, timeConfig, defaultGraphParams } = fieldsOf(value);
  return Array.isArray(graphs) && (timeConfig !== undefined || defaultGraphParams !== undefined);
}

/**
 * A state of Graphite's dashboard: a list of graphs, each a list of which one member is an object of
 * parameters of /render, and the first is `target=…&target=…`.
 */
export function importGraphite(title: string, value: unknown): Imported {
  const state = fieldsOf(value);
  const defaults = fieldsOf(state.defaultGraphParams);
  const imported: Imported = { dashboard: emptyDashboard(title), notes: [] };
  const { dashboard } = imported;
  const [from, until] = rangeOf(fieldsOf(state.timeConfig), defaults);
  dashboard.from = from;
  dashboard.until = until;
  const refresh = fieldsOf(state.refreshConfig);
  const interval = numberOf(refresh.interval) ?? 60_000;
  dashboard.refreshSeconds =
    refresh.enabled === true ? Math.max(5, Math.round(interval / 1000)) : 0;
  const size = fieldsOf(state.graphSize);
  const place = {
    x: 0,
    y: 0,
    ...sizeOfPixels(numberOf(size.width) ?? 400, numberOf(size.height) ?? 250),
  };
  const unknown = new Set<string>();
  for (const graph of listOf(state.graphs)) {
    const members = listOf(graph);
    const params = { ...defaults, ...fieldsOf(members.find((member) => isObject(member))) };
    const targets = targetsOf(params.target, textOf(members[0]));
    if (targets.length === 0) continue;
    for (const name of Object.keys(params)) if (!LOOKS.test(name)) unknown.add(name);
    addGraph(imported, targets, { place, ...looksOf(params) });
  }
  if (unknown.size > 0) {
    const names = [...unknown].sort().slice(0, 20).join(", ");
    imported.notes.push(`Parameters that mean nothing here: ${names}.`);
  }
  return imported;
}

function targetsOf(target: unknown, text: string): string[] {
  const listed = typeof target === "string" ? [target] : listOf(target).map((one) => textOf(one));
  const targets = listed.filter((one) => one !== "");
  if (targets.length > 0) return targets;
  return text.startsWith("target=") ? new URLSearchParams(text).getAll("target") : [];
}

function looksOf(params: Fields): Partial<Graph> {
  const title = textOf(params.title);
  const isZero = /^(true|1)$/i.test(String(params.drawNullAsZero));
  return {
    title,
    mode: AREA_MODES[textOf(params.areaMode)] ?? "line",
    min: numberOf(params.yMin),
    max: numberOf(params.yMax),
    isLogarithmic: numberOf(params.logBase) !== null,
    nulls: isZero ? "zero" : params.lineMode === "connected" ? "connect" : "gap",
    unit: params.yUnitSystem === "binary" ? "bytes" : "short",
  };
}

/** What is chosen above the graphs: so many units back, or two dates. */
function rangeOf(time: Fields, defaults: Fields): [from: string, until: string] {
  if (time.type === "absolute") {
    const start = secondsOf(time.startDate, time.startTime);
    const end = secondsOf(time.endDate, time.endTime);
    if (start !== null && end !== null) return [String(start), String(end)];
  }
  const quantity = numberOf(time.relativeStartQuantity ?? time.quantity);
  const units = textOf(time.relativeStartUnits ?? time.units);
  if (quantity !== null && quantity > 0 && /^[a-z]+$/.test(units)) {
    const untilQuantity = numberOf(time.relativeUntilQuantity ?? time.untilQuantity);
    const untilUnits = textOf(time.relativeUntilUnits ?? time.untilUnits);
    const isPast = untilQuantity !== null && untilQuantity > 0 && /^[a-z]+$/.test(untilUnits);
    return [
      `-${quantity}${units}`,
      isPast && untilUnits !== "now" ? `-${untilQuantity}${untilUnits}` : "now",
    ];
  }
  return [textOf(defaults.from, "-2h") || "-2h", textOf(defaults.until, "now") || "now"];
}

/** A date as JavaScript writes it, with a time of day like `14:30`, in the time zone of the reader. */
function secondsOf(date: unknown, time: unknown): number | null {
  const day = new Date(textOf(date));
  if (Number.isNaN(day.getTime())) return null;
  const [, hours = "0", minutes = "0", half = ""] =
    /^(\d+):(\d+)\s*([AP]M)?$/i.exec(textOf(time)) ?? [];
  const shift =
    half === "" ? 0 : (half.toUpperCase() === "PM" ? 12 : 0) - (hours === "12" ? 12 : 0);
  day.setHours(Number(hours) + shift, Number(minutes), 0, 0);
  return Math.floor(day.getTime() / 1000);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
