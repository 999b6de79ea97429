import { AGGREGATES, type Aggregate } from "../../model/aggregate.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { commonTags, joinedPaths } from "../nodes.ts";
import { normalize } from "../normalize.ts";

/**
 * One series of many: per step the aggregate of the row of all series.
 *
 * @param name an aggregate's name, as the user wrote it but without a trailing `Series`
 * @param xFilesFactor share of known values that a coarser step needs, where steps are mixed
 * @param rowFactor share of a row that must be known
 */
export function aggregateSeries(
  list: readonly TimeSeries[],
  name: string,
  aggregate: Aggregate,
  xFilesFactor: number,
  rowFactor = xFilesFactor,
): TimeSeries {
  const { series, start, end, step, length } = normalize(list, xFilesFactor);
  const title = `${name}Series(${joinedPaths(list)})`;
  const values = aggregateRows(series, length, aggregate, rowFactor);
  const tags: Record<string, string> = { ...commonTags(list), aggregatedBy: name };
  tags.name ??= title;
  return {
    name: title,
    pathExpression: title,
    start,
    end,
    step,
    values,
    // Whatever the series ask for: a consolidateBy belongs around the aggregate.
    consolidation: "average",
    xFilesFactor: null,
    tags,
  };
}

function aggregateRows(
  series: readonly TimeSeries[],
  length: number,
  aggregate: Aggregate,
  rowFactor: number,
): Float64Array {
  const result = new Float64Array(length);
  if (rowFactor === 0) {
    if (aggregate === AGGREGATES.sum) return sumColumns(series, result, false);
    if (aggregate === AGGREGATES.average) return sumColumns(series, result, true);
  }
  const row = new Float64Array(series.length);
  for (let i = 0; i < length; i++) {
    let known = 0;
    for (let j = 0; j < series.length; j++) {
      const { values } = series[j]!;
      const value = i < values.length ? values[i]! : Number.NaN;
      row[j] = value;
      if (!Number.isNaN(value)) known++;
    }
    const isEnough = known > 0 && known / series.length >= rowFactor;
    result[i] = isEnough ? aggregate(row, 0, row.length) : Number.NaN;
  }
  return result;
}

/** Column by column, as the values lie in memory: sum, or average, over many series. */
function sumColumns(
  series: readonly TimeSeries[],
  result: Float64Array,
  isAverage: boolean,
): Float64Array {
  const counts = new Int32Array(result.length);
  for (const { values } of series) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      result[i] = result[i]! + value;
      counts[i] = counts[i]! + 1;
    }
  }
  for (let i = 0; i < result.length; i++) {
    if (counts[i] === 0) result[i] = Number.NaN;
    else if (isAverage) result[i] = result[i]! / counts[i]!;
  }
  return result;
}
