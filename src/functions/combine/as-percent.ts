import { aggregateNamed } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { formatFloat } from "../../model/python-number.ts";
import { newSeries, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { groupBy, joinedPaths, keyOf } from "../nodes.ts";
import { normalize } from "../normalize.ts";
import { any, anyNumberOf, nodeOrTag, optional, seriesList } from "../params.ts";
import { aggregateSeries } from "./aggregate-rows.ts";

export const asPercent = defineFunction({
  name: "asPercent",
  aliases: ["pct"],
  group: "Combine",
  doc:
    "Each series as a percentage of a total: of all series together, of a number, of one series, " +
    "of series paired with these, or of groups that share nodes of their names.",
  params: { seriesList, total: optional(any), nodes: anyNumberOf(nodeOrTag) },
  evaluate: ({ seriesList: list, total, nodes }, { xFilesFactor, typed }) => {
    if (list.length === 0) return [];
    if (nodes.length > 0) {
      if (typeof total === "number") {
        throw new GraphiteError(
          "ERR_ARGUMENT",
          "total must be series, or nothing, when nodes are given",
        );
      }
      return byNodes(list, total, nodes, xFilesFactor);
    }
    if (typeof total === "number") {
      const shown = typed.total ?? formatFloat(total);
      return list.map((series) => {
        const totals = new Float64Array(series.values.length).fill(total);
        return percentOf(series, shown, totals);
      });
    }
    if (total === undefined) {
      const { series } = normalize(list, xFilesFactor);
      const sum = aggregateSeries(list, "sum", aggregateNamed("sum"), xFilesFactor);
      const shown = `sumSeries(${joinedPaths(list)})`;
      return series.map((one) => percentOf(one, shown, sum.values));
    }
    if (total.length === 1) {
      const [one] = total;
      return pairs(
        list,
        list.map(() => one!),
        xFilesFactor,
      );
    }
    if (total.length !== list.length) {
      const message = `total has ${total.length} series for ${list.length}: it must have one, or as many`;
      throw new GraphiteError("ERR_ARGUMENT", message);
    }
    const byName = (a: TimeSeries, b: TimeSeries): number =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
    return pairs([...list].sort(byName), [...total].sort(byName), xFilesFactor);
  },
});

function pairs(
  list: readonly TimeSeries[],
  totals: readonly TimeSeries[],
  xFilesFactor: number,
): TimeSeries[] {
  return list.map((series, i) => {
    const total = totals[i]!;
    const { series: both } = normalize([series, total], xFilesFactor);
    return percentOf(both[0]!, total.name, both[1]!.values);
  });
}

function percentOf(series: TimeSeries, total: string, totals: Float64Array): TimeSeries {
  const values = new Float64Array(series.values.length).fill(Number.NaN);
  const both = Math.min(values.length, totals.length);
  for (let i = 0; i < both; i++) {
    const divisor = totals[i]!;
    if (divisor !== 0) values[i] = (series.values[i]! / divisor) * 100;
  }
  return newSeries(`asPercent(${series.name},${total})`, series, values);
}

function byNodes(
  list: readonly TimeSeries[],
  total: readonly TimeSeries[] | undefined,
  nodes: readonly (number | string)[],
  xFilesFactor: number,
): TimeSeries[] {
  const groups = groupBy(list, (series) => keyOf(series, nodes));
  const totalGroups =
    total === undefined ? groups : groupBy(total, (series) => keyOf(series, nodes));
  const totals = new Map<string, TimeSeries>();
  for (const [key, members] of totalGroups) {
    const isSingle = total !== undefined && members.length === 1;
    totals.set(
      key,
      isSingle ? members[0]! : aggregateSeries(members, "sum", aggregateNamed("sum"), xFilesFactor),
    );
  }
  const keys = [...new Set([...groups.keys(), ...totals.keys()])].sort();
  const span = list[0]!;
  const result: TimeSeries[] = [];
  for (const key of keys) {
    const one = totals.get(key);
    const members = groups.get(key);
    if (members === undefined) {
      result.push(missing(`asPercent(MISSING,${one!.name})`, span));
    } else if (one === undefined) {
      for (const member of members) {
        result.push(missing(`asPercent(${member.name},MISSING)`, member));
      }
    } else {
      const partners = members.map(() => one);
      for (const series of pairs(members, partners, xFilesFactor)) result.push(series);
    }
  }
  return result;
}

/** A series of gaps on the grid of another one. */
function missing(name: string, grid: TimeSeries): TimeSeries {
  return newSeries(name, grid, new Float64Array(grid.values.length).fill(Number.NaN));
}
