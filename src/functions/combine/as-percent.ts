import { aggregateNamed } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { formatFloat, formatInteger } from "../../model/python-number.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { valueAt } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { groupBy, keyOf } from "../nodes.ts";
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
      const isInteger = /^-?\d+$/.test(typed.total ?? "");
      const shown = isInteger ? formatInteger(total) : formatFloat(total);
      return list.map((series) =>
        percentOf(series, shown, new Float64Array(series.values.length).fill(total)),
      );
    }
    if (total === undefined) {
      const { series } = normalize(list, xFilesFactor);
      const sum = sumOf(list, xFilesFactor);
      return series.map((one) => percentOf(one, sum.name, sum.values));
    }
    if (total.length === 1 && list.length > 1) {
      // One total for all is taken row by row, wherever it begins.
      const totals = list.map(() => total[0]!);
      return pairs(list, totals, xFilesFactor).map((one, i) => {
        const { start, end } = list[i]!;
        return { ...one, start, end };
      });
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

/** However few of a row are known, they are all of it. */
function sumOf(list: readonly TimeSeries[], xFilesFactor: number): TimeSeries {
  return aggregateSeries(list, "sum", aggregateNamed("sum"), xFilesFactor, 0);
}

function pairs(
  list: readonly TimeSeries[],
  totals: readonly TimeSeries[],
  xFilesFactor: number,
): TimeSeries[] {
  return list.map((series, i) => {
    const total = totals[i]!;
    const { series: both, ...grid } = normalize([series, total], xFilesFactor);
    return { ...percentOf(both[0]!, total.name, both[1]!.values), ...gridOf(grid) };
  });
}

/** Row by row; where either has no value there is none. */
function percentOf(series: TimeSeries, total: string, totals: Float64Array): TimeSeries {
  const values = new Float64Array(Math.max(series.values.length, totals.length));
  for (let i = 0; i < values.length; i++) {
    const divisor = valueAt(totals, i);
    values[i] = divisor === 0 ? Number.NaN : (valueAt(series.values, i) / divisor) * 100;
  }
  const name = `asPercent(${series.name},${total})`;
  return renamed(series, name, {
    values,
    consolidation: "average",
    xFilesFactor: null,
    tags: { name },
  });
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
    totals.set(key, members.length === 1 ? members[0]! : sumOf(members, xFilesFactor));
  }
  const keys = new Set([...groups.keys(), ...totals.keys()]);
  const span = list[0]!;
  const result: TimeSeries[] = [];
  for (const key of keys) {
    const one = totals.get(key);
    const members = groups.get(key);
    if (members === undefined) {
      const values = new Float64Array(span.values.length).fill(Number.NaN);
      const name = `asPercent(MISSING,${one!.name})`;
      result.push(renamed(one!, name, { ...gridOf(span), values, tags: { name } }));
    } else if (one === undefined) {
      for (const member of members) {
        const values = new Float64Array(member.values.length).fill(Number.NaN);
        const name = `asPercent(${member.name},MISSING)`;
        result.push(renamed(member, name, { values, tags: { name } }));
      }
    } else {
      result.push(
        ...pairs(
          members,
          members.map(() => one),
          xFilesFactor,
        ),
      );
    }
  }
  return result;
}

type Grid = Pick<TimeSeries, "start" | "end" | "step">;

function gridOf({ start, end, step }: Grid): Grid {
  return { start, end, step };
}
