import type { Graph, Mode, Nulls, Threshold, Unit } from "../model/dashboard.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../model/untrusted.ts";
import { grafanaTime, graphiteInterval } from "./grafana-time.ts";

/** Grafana's names of units; those that are not here are plain numbers. */
const UNITS: Readonly<Record<string, Unit>> = {
  short: "short",
  none: "none",
  bytes: "bytes",
  decbytes: "bytes",
  Bps: "bytes",
  binBps: "bytes",
  bits: "bits",
  decbits: "bits",
  bps: "bits",
  binbps: "bits",
  s: "seconds",
  dtdurations: "seconds",
  percent: "percent",
  percentunit: "ratio",
};

type Looks = Omit<Graph, "id" | "title" | "place" | "targets">;

/** How a panel draws: of today's `timeseries` and of the older `graph`. */
export function grafanaLooks(panel: Fields, title: string, notes: string[]): Looks {
  const isOld = panel.type === "graph";
  const looks = isOld ? oldLooks(panel) : newLooks(panel);
  const unit = looks.unitName;
  if (unit !== "" && UNITS[unit] === undefined) {
    notes.push(`“${title}”: the unit ${unit} is not known here; plain numbers are shown.`);
  }
  const hasOverrides = isOld
    ? listOf(panel.seriesOverrides).length > 0
    : listOf(fieldsOf(panel.fieldConfig).overrides).length > 0;
  if (hasOverrides) notes.push(`“${title}”: settings of single series are left out.`);
  if (listOf(panel.transformations).length > 0) {
    notes.push(`“${title}”: transformations are left out.`);
  }
  if (panel.alert !== undefined) notes.push(`“${title}”: its alert is left out.`);
  const { from, until } = ownRange(panel, title, notes);
  return {
    mode: looks.mode,
    from,
    until,
    unit: UNITS[unit] ?? "short",
    min: looks.min,
    max: looks.max,
    isLogarithmic: looks.isLogarithmic,
    nulls: looks.nulls,
    thresholds: looks.thresholds,
  };
}

type RawLooks = Omit<Looks, "unit" | "from" | "until"> & { unitName: string };

function newLooks(panel: Fields): RawLooks {
  const defaults = fieldsOf(fieldsOf(panel.fieldConfig).defaults);
  const custom = fieldsOf(defaults.custom);
  const stacking = textOf(fieldsOf(custom.stacking).mode, "none");
  const style = textOf(fieldsOf(custom.thresholdsStyle).mode, "off");
  let mode: Mode = "line";
  if (stacking !== "none") mode = "stacked";
  // Bars begin at zero, and so does an area.
  else if (custom.drawStyle === "bars") mode = "area";
  else if (custom.drawStyle === "points") mode = "points";
  else if ((numberOf(custom.fillOpacity) ?? 0) > 10) mode = "area";
  const nulls: Nulls = custom.spanNulls === true ? "connect" : "gap";
  return {
    mode,
    unitName: textOf(defaults.unit),
    min: numberOf(defaults.min),
    max: numberOf(defaults.max),
    isLogarithmic: fieldsOf(custom.scaleDistribution).type === "log",
    nulls,
    thresholds: style === "off" ? [] : stepsOf(listOf(fieldsOf(defaults.thresholds).steps)),
  };
}

function oldLooks(panel: Fields): RawLooks {
  const axis = fieldsOf(listOf(panel.yaxes)[0]);
  let mode: Mode = "line";
  if (panel.stack === true) mode = "stacked";
  else if (panel.bars === true && panel.lines !== true) mode = "area";
  else if (panel.points === true && panel.lines === false) mode = "points";
  else if ((numberOf(panel.fill) ?? 0) > 1) mode = "area";
  const nulls: Nulls =
    panel.nullPointMode === "connected"
      ? "connect"
      : panel.nullPointMode === "null as zero"
        ? "zero"
        : "gap";
  const thresholds: Threshold[] = [];
  for (const saved of listOf(panel.thresholds)) {
    const { value, colorMode } = fieldsOf(saved);
    const number = numberOf(value);
    if (number !== null) thresholds.push({ value: number, level: levelOf(textOf(colorMode)) });
  }
  return {
    mode,
    unitName: textOf(axis.format),
    min: numberOf(axis.min),
    max: numberOf(axis.max),
    isLogarithmic: (numberOf(axis.logBase) ?? 1) > 1,
    nulls,
    thresholds,
  };
}

/** The first step has no value: it is the colour of what is below all others. */
function stepsOf(steps: readonly unknown[]): Threshold[] {
  const thresholds: Threshold[] = [];
  for (const step of steps) {
    const { value, color } = fieldsOf(step);
    const number = numberOf(value);
    if (number !== null) thresholds.push({ value: number, level: levelOf(textOf(color)) });
  }
  return thresholds;
}

function levelOf(color: string): Threshold["level"] {
  if (/red|critical|#[c-f][0-9a-f][0-4]/i.test(color)) return "critical";
  if (/green|ok/i.test(color)) return "good";
  return "warning";
}

/** A panel may show another range than its dashboard. */
function ownRange(panel: Fields, title: string, notes: string[]): { from: string; until: string } {
  if (textOf(panel.timeShift) !== "") {
    notes.push(
      `“${title}”: its shift in time is left out; timeShift() in its targets does the same.`,
    );
  }
  const text = textOf(panel.timeFrom);
  const interval = graphiteInterval(text);
  if (interval !== null) return { from: `-${interval}`, until: "now" };
  const time = text === "" ? null : grafanaTime(text, "from");
  return time === null ? { from: "", until: "" } : { from: time, until: "now" };
}
