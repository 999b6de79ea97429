import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { node, seriesList, withDefault } from "../params.ts";

/** The nodes [start, stop) of the innermost path in a name; stop 0 is the end. */
export function substring(name: string, start: number, stop: number): string {
  const left = name.lastIndexOf("(") + 1;
  const right = name.indexOf(")");
  const inner = name.slice(left, right < 0 ? name.length : right);
  const nodes = inner.split(".");
  return nodes
    .slice(start, stop === 0 ? undefined : stop)
    .join(".")
    .replace(/,.*$/, "");
}

export const substr = defineFunction({
  name: "substr",
  group: "Special",
  doc: "Names the series by a stretch of the nodes of their paths.",
  params: { seriesList, start: withDefault(node, 0), stop: withDefault(node, 0) },
  evaluate: ({ seriesList: list, start, stop }) =>
    list.map((series) => withChanges(series, { name: substring(series.name, start, stop) })),
});
