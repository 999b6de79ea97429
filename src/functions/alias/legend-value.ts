import { AGGREGATES } from "../../model/aggregate.ts";
import { formatFixed } from "../../model/python-format.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { inUnits } from "../../model/unit-system.ts";
import { aggregateText } from "../aggregate-text.ts";
import { defineFunction } from "../define.ts";
import { anyNumberOf, oneOf, seriesList, string } from "../params.ts";

const valuesTypes = anyNumberOf(
  oneOf(string, ...[...Object.keys(AGGREGATES), "si", "binary"].sort()),
);

export const legendValue = defineFunction({
  name: "legendValue",
  group: "Alias",
  doc: "Appends aggregates of the series to their names; `si` or `binary` at the end shortens the numbers.",
  params: { seriesList, valuesTypes },
  evaluate: ({ seriesList: list, valuesTypes: given }) => {
    const last = given.at(-1);
    const system = last === "si" || last === "binary" ? last : null;
    const types = system === null ? given : given.slice(0, -1);
    return list.map((series) => {
      let { name } = series;
      for (const type of types) {
        if (system === null) name += ` (${type}: ${shown(series, type, system)})`;
        else name = name.padEnd(20) + type.padEnd(5) + shown(series, type, system).padEnd(10);
      }
      return withChanges(series, { name });
    });
  },
});

function shown({ values }: TimeSeries, type: string, system: string | null): string {
  const aggregate = Object.hasOwn(AGGREGATES, type) ? AGGREGATES[type] : undefined;
  if (aggregate === undefined) return "(?)";
  const value = aggregate(values, 0, values.length);
  if (Number.isNaN(value) || system === null) return aggregateText(value, type);
  const scaled = inUnits(value, system);
  return formatFixed(scaled.value, 2) + scaled.prefix;
}
