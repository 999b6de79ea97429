import { GraphiteError } from "../../model/errors.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { mapKnown, valueAt } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { normalize } from "../normalize.ts";
import { boolean, float, optional, seriesList } from "../params.ts";

export const powSeriesLists = defineFunction({
  name: "powSeriesLists",
  group: "Combine",
  origin: "carbonapi",
  doc:
    "Raises each series of the first list to the power of its partner in the second: by position, " +
    "or by name when matching; one series in the second list is partner of all. The default " +
    "stands in for a partner that is missing.",
  params: {
    base: seriesList,
    exponent: seriesList,
    matching: optional(boolean),
    default: optional(float),
  },
  evaluate: ({ base, exponent, matching, default: fallback }, { xFilesFactor }) => {
    if (base.length === 0 || exponent.length === 0) {
      if (fallback === undefined) return [];
      return base.length > 0
        ? base.map((one) => powWithout(one, (value) => value ** fallback))
        : exponent.map((one) => powWithout(one, (value) => fallback ** value));
    }
    const result: TimeSeries[] = [];
    for (const [one, partner] of pairsOf(base, exponent, matching)) {
      if (partner !== undefined) result.push(powOf(one, partner, xFilesFactor));
      else if (fallback !== undefined) result.push(powWithout(one, (value) => value ** fallback));
    }
    return result;
  },
});

function pairsOf(
  base: readonly TimeSeries[],
  exponent: readonly TimeSeries[],
  matching: boolean | undefined,
): [TimeSeries, TimeSeries | undefined][] {
  const bases = sortedByName(base);
  const exponents = sortedByName(exponent);
  if (exponents.length === 1) return bases.map((one) => [one, exponents[0]]);
  if (matching ?? bases.length !== exponents.length) {
    const byName = new Map(exponents.map((one) => [one.name, one]));
    return bases.map((one) => [one, byName.get(one.name)]);
  }
  if (bases.length !== exponents.length) {
    const message = `the lists have ${bases.length} and ${exponents.length} series: pairs by position need as many in both`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  return bases.map((one, i) => [one, exponents[i]]);
}

function sortedByName(list: readonly TimeSeries[]): TimeSeries[] {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function powOf(base: TimeSeries, exponent: TimeSeries, xFilesFactor: number): TimeSeries {
  const { series, start, step, length } = normalize([base, exponent], xFilesFactor);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value = valueAt(series[0]!.values, i);
    // A gap to the power of 0 would be 1.
    values[i] = Number.isNaN(value) ? value : finite(value ** valueAt(series[1]!.values, i));
  }
  return powSeries(base, exponent.name, { start, end: start + step * length, step, values });
}

/** carbonapi names the series twice when it has no partner. */
function powWithout(series: TimeSeries, change: (value: number) => number): TimeSeries {
  const values = mapKnown(series.values, (value) => finite(change(value)));
  return powSeries(series, series.name, { values });
}

function powSeries(base: TimeSeries, partner: string, changes: Partial<TimeSeries>): TimeSeries {
  const name = `powSeries(${base.name},${partner})`;
  return renamed(base, name, { ...changes, xFilesFactor: null, tags: { name } });
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
