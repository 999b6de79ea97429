import { AGGREGATES } from "../../model/aggregate.ts";
import { GraphiteError } from "../../model/errors.ts";
import { formatFixed } from "../../model/python-number.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { inUnits } from "../../model/unit-system.ts";
import { aggregateText } from "../aggregate-text.ts";
import { defineFunction } from "../define.ts";
import { anyNumberOf, seriesList, string } from "../params.ts";

export const legendValue = defineFunction({
  name: "legendValue",
  group: "Alias",
  doc: "Adds values of the series, such as avg or last, to their names; si or binary at the end makes columns of them.",
  params: { seriesList, valuesTypes: anyNumberOf(string) },
  evaluate: ({ seriesList: list, valuesTypes }) => {
    const last = valuesTypes.at(-1);
    if (last === undefined) {
      throw new GraphiteError("ERR_ARGUMENT", "legendValue needs at least one type of value");
    }
    const isSystem = last === "si" || last === "binary";
    const types = isSystem ? valuesTypes.slice(0, -1) : valuesTypes;
    return list.map((series) => {
      let { name } = series;
      for (const type of types) {
        name = isSystem
          ? `${name.padEnd(20)}${type.padEnd(5)}${scaledText(series, type, last).padEnd(10)}`
          : `${name} (${type}: ${valueText(series, type)})`;
      }
      return withChanges(series, { name });
    });
  },
});

const UNKNOWN = "(?)";

/** NaN when nothing is known; null for a type that does not exist. */
function aggregateOf({ values }: TimeSeries, type: string): number | null {
  const aggregate = Object.hasOwn(AGGREGATES, type) ? AGGREGATES[type] : undefined;
  return aggregate === undefined ? null : aggregate(values, 0, values.length);
}

function valueText(series: TimeSeries, type: string): string {
  const value = aggregateOf(series, type);
  return value === null ? UNKNOWN : aggregateText(value, type);
}

function scaledText(series: TimeSeries, type: string, system: string): string {
  const value = aggregateOf(series, type);
  if (value === null) return UNKNOWN;
  if (Number.isNaN(value)) return "None";
  const scaled = inUnits(value, system);
  return formatFixed(scaled.value, 2) + scaled.prefix;
}
