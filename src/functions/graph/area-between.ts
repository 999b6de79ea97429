import { GraphiteError } from "../../model/errors.ts";
import { drawn, type TimeSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const areaBetween = defineFunction({
  name: "areaBetween",
  group: "Graph",
  doc: "Fills the area between two series.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => {
    if (list.length === 0) return [];
    return asArea(list, `areaBetween(${list[1]?.pathExpression})`, "areaBetween");
  },
});

/** @throws GraphiteError ERR_ARGUMENT unless there are two series */
export function asArea(list: readonly TimeSeries[], name: string, tag: string): TimeSeries[] {
  const [lower, upper, ...others] = list;
  if (lower === undefined || upper === undefined || others.length > 0) {
    const message = `an area lies between two series, not ${list.length}`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  // The two are one thing in the legend: both are called and tagged after the upper one.
  const both = { name, tags: { ...upper.tags, [tag]: "1" } };
  return [
    drawn(withChanges(lower, both), { stacked: true, invisible: true }),
    drawn(withChanges(upper, both), { stacked: true }),
  ];
}
