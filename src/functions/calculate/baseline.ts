import { aggregateNamed } from "../../model/aggregate.ts";
import { renamed, type TimeSeries, withChanges } from "../../model/time-series.ts";
import { countKnown, valueAt } from "../../model/values.ts";
import { checkDatapoints, checkRange, spanSeconds } from "../checks.ts";
import { defineFunction, type FunctionContext, type Window } from "../define.ts";
import { groupBy } from "../nodes.ts";
import { normalize } from "../normalize.ts";
import { float, integer, interval, optional, seriesList } from "../params.ts";

const MAX_SHIFTS = 100;
/** Beyond this, units are further away than any data. */
const MAX_UNITS = 100_000;

const params = {
  seriesList,
  unit: interval,
  start: integer,
  end: integer,
  maxAbsentPercent: optional(float),
  minAvg: optional(float),
};

interface Shifting {
  unit: string;
  start: number;
  end: number;
}

interface Sieve {
  maxAbsentPercent: number | undefined;
  minAvg: number | undefined;
}

export const baseline = defineFunction({
  name: "baseline",
  group: "Calculate",
  origin: "carbonapi",
  doc:
    "What the series usually are: per point the median of their values start … end - 1 units of " +
    "time ago. Series with too many gaps, or with a mean that is too low, are left out.",
  params,
  plan: (args, window) => windowsOf(args, window),
  evaluate: (args, context) => {
    const result: TimeSeries[] = [];
    for (const members of shiftedSeries(args, context).values()) {
      const usual = medianOf(members, context);
      if (isKept(usual, args)) result.push(renamed(usual, `baseline(${usual.name})`));
    }
    return result;
  },
});

export const baselineAberration = defineFunction({
  name: "baselineAberration",
  group: "Calculate",
  origin: "carbonapi",
  doc:
    "The series as a multiple of what they usually are: of the median of their values " +
    "start … end - 1 units of time ago.",
  params,
  plan: (args, window) => windowsOf(args, window),
  evaluate: (args, context) => {
    const shifted = shiftedSeries(args, context);
    const result: TimeSeries[] = [];
    for (const present of args.seriesList) {
      const members = shifted.get(present.name);
      if (members === undefined) continue;
      const usual = medianOf(members, context);
      if (isKept(usual, args)) result.push(ratioOf(present, usual, context));
    }
    return result;
  },
});

/** Seconds to each stretch that is looked at; back in time unless a sign says otherwise. */
function shiftsOf({ unit, start, end }: Shifting): number[] {
  const span = spanSeconds("unit", unit.replace(/^\s*[+-]/, ""));
  const seconds = unit.trim().startsWith("+") ? span : -span;
  checkRange("start", start, -MAX_UNITS, MAX_UNITS);
  checkRange("end - start", end - start, 1, MAX_SHIFTS);
  const shifts: number[] = [];
  for (let i = start; i < end; i++) if (i !== 0) shifts.push(i * seconds);
  return shifts;
}

function windowsOf(shifting: Shifting, { from, until }: Window): Window[] {
  return shiftsOf(shifting).map((shift) => ({ from: from + shift, until: until + shift }));
}

/** All that was found, by name, moved to the present. */
function shiftedSeries(
  shifting: Shifting,
  { planned }: FunctionContext,
): Map<string, TimeSeries[]> {
  const moved = shiftsOf(shifting).flatMap((shift, i) =>
    (planned[i] ?? []).map((series) =>
      withChanges(series, { start: series.start - shift, end: series.end - shift }),
    ),
  );
  return groupBy(moved, (series) => series.name);
}

interface Aligned {
  series: TimeSeries[];
  /** Where each series begins on the common grid, points. */
  offsets: number[];
  start: number;
  step: number;
  length: number;
}

function align(list: readonly TimeSeries[], context: FunctionContext): Aligned {
  const { series, start, step } = normalize(list, context.xFilesFactor);
  const offsets = series.map((one) => Math.round((one.start - start) / step));
  let length = 0;
  series.forEach((one, i) => {
    length = Math.max(length, offsets[i]! + one.values.length);
  });
  checkDatapoints(length, context.maxDatapoints, "ask for a shorter range");
  return { series, offsets, start, step, length };
}

function medianOf(members: readonly TimeSeries[], context: FunctionContext): TimeSeries {
  const { series, offsets, start, step, length } = align(members, context);
  const median = aggregateNamed("median");
  const values = new Float64Array(length);
  const row = new Float64Array(series.length);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < row.length; j++) row[j] = valueAt(series[j]!.values, i - offsets[j]!);
    values[i] = median(row, 0, row.length);
  }
  return withChanges(members[0]!, { start, end: start + step * length, step, values });
}

function isKept({ values }: TimeSeries, { maxAbsentPercent, minAvg }: Sieve): boolean {
  const known = countKnown(values);
  const absentPercent = values.length === 0 ? 100 : (1 - known / values.length) * 100;
  if (maxAbsentPercent !== undefined && absentPercent > maxAbsentPercent) return false;
  if (minAvg === undefined || known === 0) return true;
  return aggregateNamed("average")(values, 0, values.length) >= minAvg;
}

function ratioOf(present: TimeSeries, usual: TimeSeries, context: FunctionContext): TimeSeries {
  const { series, offsets, start, step } = align([present, usual], context);
  const [now, then] = series as [TimeSeries, TimeSeries];
  const [nowOffset, thenOffset] = offsets as [number, number];
  const values = new Float64Array(now.values.length);
  for (let i = 0; i < values.length; i++) {
    const median = valueAt(then.values, i + nowOffset - thenOffset);
    const value = now.values[i]!;
    // Nothing is a multiple of 0, so carbonapi leaves the 0.
    values[i] = median === 0 && !Number.isNaN(value) ? 0 : value / median;
  }
  const from = start + nowOffset * step;
  return renamed(present, `baselineAberration(${present.name})`, {
    start: from,
    end: from + step * values.length,
    step,
    values,
  });
}
