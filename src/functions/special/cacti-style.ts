import { AGGREGATES, type Aggregate } from "../../model/aggregate.ts";
import { formatFixed } from "../../model/python-format.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { inUnits } from "../../model/unit-system.ts";
import { defineFunction } from "../define.ts";
import { oneOf, optional, seriesList, string } from "../params.ts";

const COLUMNS: readonly (readonly [title: string, of: Aggregate])[] = [
  ["Current", AGGREGATES.last!],
  ["Max", AGGREGATES.max!],
  ["Min", AGGREGATES.min!],
];

export const cactiStyle = defineFunction({
  name: "cactiStyle",
  group: "Special",
  doc: "Adds the last, the greatest and the least value to the names, in columns.",
  params: {
    seriesList,
    system: optional(oneOf(string, "si", "binary", "sec", "msec", "none")),
    units: optional(string),
  },
  evaluate: ({ seriesList: list, system, units }) => {
    const show = (value: number): string => shown(value, system, units);
    const nameWidth = Math.max(0, ...list.map((series) => series.name.length));
    const columns = COLUMNS.map(([title, aggregate]) => {
      const values = list.map((series) => aggregateOf(series, aggregate));
      const width = Math.max(0, ...values.map((value) => show(forWidth(value)).length)) + 3;
      return values.map((value) => {
        const text = Number.isNaN(value) ? "nan" : show(value);
        return `${title}:${text.padEnd(width)} `;
      });
    });
    return list.map((series, i) => {
      const cells = columns.map((column) => column[i]!).join("");
      return withChanges(series, { name: `${series.name.padEnd(nameWidth)} ${cells}` });
    });
  },
});

function aggregateOf({ values }: TimeSeries, aggregate: Aggregate): number {
  return aggregate(values, 0, values.length);
}

/** Graphite measures whole numbers, and 3 for what is 0 or not known. */
function forWidth(value: number): number {
  // A zero without a sign, whatever it was cut from.
  return Number.isNaN(value) || value === 0 ? 3 : Math.trunc(value) + 0;
}

function shown(value: number, system: string | undefined, units: string | undefined): string {
  const scaled = system ? inUnits(value, system) : { value, prefix: "" };
  const unit = `${scaled.prefix}${units ?? ""}`;
  return `${formatFixed(scaled.value, 2)}${units ? " " : ""}${unit}`;
}
